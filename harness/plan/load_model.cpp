#include "harness/plan/load_model.h"

#include "harness/plan/output_order.h"
#include "support/nearest_name.h"
#include "tasks/checkpoint/checkpoint.h"
#include "tasks/models/onnx/read_model.h"
#include "tasks/text/label_order.h"

namespace ptqbench {
namespace {

std::vector<NamedTensor> all_parameters(const UnitGraph& model) {
  auto all = model.parameters();
  for (auto& buffer : model.buffers()) all.push_back(std::move(buffer));
  return all;
}

std::map<std::string, std::string> facts_of(const Checkpoint& checkpoint) {
  std::map<std::string, std::string> facts;
  if (!checkpoint.entry.empty()) facts["checkpoint_entry"] = checkpoint.entry;
  if (!checkpoint.prefix.empty()) facts["checkpoint_prefix"] = checkpoint.prefix;
  if (!checkpoint.foreign_globals.empty())
    facts["checkpoint_passed_over"] = join(checkpoint.foreign_globals);
  return facts;
}

}  // namespace

std::string checkpoint_hash(const Cell& cell) {
  if (cell.model == kOnnxModel) return onnx::read_model(cell.checkpoint).content_hash;
  return cell.checkpoint.empty() ? "" : checkpoint_hash(cell.checkpoint);
}

LoadedModel load_model(const Task& task, const Cell& cell) {
  if (cell.model == kOnnxModel)
    return {task.make_model(model_spec(cell)), checkpoint_hash(cell), {}};
  LoadedModel loaded{task.make_model(model_spec(cell)), {}, {}};
  const auto parameters = all_parameters(loaded.graph);
  const auto checkpoint = load_checkpoint(cell.checkpoint, cell.checkpoint_options, parameters);
  assign_parameters(checkpoint, parameters);
  loaded.checkpoint_hash = checkpoint.content_hash;
  loaded.checkpoint_facts = facts_of(checkpoint);
  const auto order = cell_output_order(task, cell);
  if (!order.empty()) reorder_outputs(loaded.graph, order);
  loaded.graph.fold_batch_norm();
  return loaded;
}

}  // namespace ptqbench
