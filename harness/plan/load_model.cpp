#include "harness/plan/load_model.h"

#include "tasks/checkpoint/checkpoint.h"
#include "tasks/checkpoint/content_hash.h"
#include "tasks/models/onnx/read_model.h"

namespace ptqbench {
namespace {

std::vector<NamedTensor> all_parameters(const UnitGraph& model) {
  auto all = model.parameters();
  for (auto& buffer : model.buffers()) all.push_back(std::move(buffer));
  return all;
}

}  // namespace

std::string checkpoint_hash(const Cell& cell) {
  if (cell.checkpoint.empty()) return "";
  if (cell.model == kOnnxModel) return onnx::read_model(cell.checkpoint).content_hash;
  return sha256_file(cell.checkpoint.string());
}

LoadedModel load_model(const Task& task, const Cell& cell) {
  if (cell.model == kOnnxModel) return {task.make_model(model_spec(cell)), checkpoint_hash(cell)};
  LoadedModel loaded{task.make_model(model_spec(cell)), {}};
  const auto checkpoint = load_checkpoint(cell.checkpoint);
  assign_parameters(checkpoint, all_parameters(loaded.graph));
  loaded.checkpoint_hash = checkpoint.content_hash;
  loaded.graph.fold_batch_norm();
  return loaded;
}

}  // namespace ptqbench
