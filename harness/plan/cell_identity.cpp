#include "harness/plan/cell_identity.h"

namespace ptqbench {

CellRecord unrun_record(const Cell& cell, const std::string& fingerprint) {
  CellRecord record;
  record.status = CellStatus::kMissing;
  record.fingerprint = fingerprint;
  record.task = cell.task.name;
  record.dataset = cell.task.dataset.name;
  record.model = cell.model_label;
  record.method = cell.method_label;
  record.registered_model = cell.model;
  record.registered_method = cell.method;
  record.bits = {cell.bits.weights, cell.bits.activations, cell.bits.embeddings};
  record.seed = cell.seed;
  return record;
}

}  // namespace ptqbench
