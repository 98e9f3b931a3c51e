#include "harness/plan/load_model.h"

#include "harness/plan/output_order.h"
#include "tasks/checkpoint/checkpoint.h"
#include "tasks/text/label_order.h"

namespace ptqbench {
namespace {

std::vector<NamedTensor> all_parameters(const UnitGraph& model) {
  auto all = model.parameters();
  for (auto& buffer : model.buffers()) all.push_back(std::move(buffer));
  return all;
}

}  // namespace

LoadedModel load_model(const Task& task, const Cell& cell) {
  LoadedModel loaded{task.make_model(model_spec(cell)), {}};
  const auto checkpoint = load_checkpoint(cell.checkpoint);
  assign_parameters(checkpoint, all_parameters(loaded.graph));
  loaded.checkpoint_hash = checkpoint.content_hash;
  const auto order = cell_output_order(task, cell);
  if (!order.empty()) reorder_outputs(loaded.graph, order);
  loaded.graph.fold_batch_norm();
  return loaded;
}

}  // namespace ptqbench
