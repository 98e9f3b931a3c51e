#pragma once

#include <map>
#include <string>

#include "harness/config/cell.h"
#include "tasks/task.h"

namespace ptqbench {

/// A model with its checkpoint's parameters, outputs in the order of the data set's classes, batch
/// norm folded.
struct LoadedModel {
  UnitGraph graph;
  /// Of the checkpoint's content.
  std::string checkpoint_hash;
  /// What of the file was taken, for the record's provenance: `checkpoint_entry`,
  /// `checkpoint_prefix`, and `checkpoint_passed_over`, the foreign classes that it names.
  std::map<std::string, std::string> checkpoint_facts;
};

/// The cell's model. Throws IoError on a checkpoint that cannot be read or does not fit,
/// and as cell_output_order.
LoadedModel load_model(const Task& task, const Cell& cell);

/// SHA-256 (hex) of what the checkpoint holds; of an ONNX file with the weights that lie beside it.
/// Empty where the cell has none. Throws IoError.
std::string checkpoint_hash(const Cell& cell);

}  // namespace ptqbench
