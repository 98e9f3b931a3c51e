#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "methods/nn/named_tensor.h"

namespace ptqbench {

/// The parameters in a file, in file order, and what else the file says of itself.
struct Checkpoint {
  std::vector<NamedTensor> tensors;
  std::map<std::string, std::string> metadata;
  /// SHA-256 of the file's bytes, lower-case hex.
  std::string content_hash;
  /// The file, for messages.
  std::filesystem::path path;
};

/// Reads safetensors or a PyTorch checkpoint (zip or the older pickle format), told apart by
/// content. Throws IoError naming the file and what is wrong with it.
Checkpoint load_checkpoint(const std::filesystem::path& path);

/// Copies the checkpoint's values into `parameters` (tensors that share storage with a model).
/// Every name must be present with the same shape, in either of the conventions of
/// tasks/checkpoint/naming.h. Entries without effect (`num_batches_tracked`, BERT's `position_ids`)
/// are ignored, and so are a pooler and pretraining heads of BERT that the model does not use.
/// Throws IoError listing missing, unexpected and wrongly shaped names; then no parameter was
/// changed.
void assign_parameters(const Checkpoint& checkpoint, const std::vector<NamedTensor>& parameters);

/// Copies those values whose name and shape a parameter has; returns how many.
int64_t assign_fitting_parameters(const Checkpoint& checkpoint,
                                  const std::vector<NamedTensor>& parameters);

}  // namespace ptqbench
