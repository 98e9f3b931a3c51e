#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "methods/nn/named_tensor.h"
#include "tasks/checkpoint/checkpoint_options.h"

namespace ptqbench {

/// The parameters in a file, in file order, and what else the file says of itself.
struct Checkpoint {
  std::vector<NamedTensor> tensors;
  std::map<std::string, std::string> metadata;
  /// SHA-256 of the file's bytes, lower-case hex; of several files see checkpoint_hash().
  std::string content_hash;
  /// The file, for messages.
  std::filesystem::path path;
  /// The dictionary that the tensors are from, as CheckpointOptions::entry would say it.
  std::string entry;
  /// What was taken off in front of all names.
  std::string prefix;
  /// See CheckpointContents.
  std::vector<std::string> foreign_globals;
};

/// Reads safetensors, a PyTorch checkpoint (zip or the older pickle format), told apart by content,
/// or the several files that a Hugging Face index (`*.index.json`) names. No code is ever run.
///
/// With `parameters`, those of the model that the file is for, the dictionary and the prefix are
/// chosen such that all of them are there, in either of the conventions of
/// tasks/checkpoint/naming.h: a file may wrap its dictionary at any depth, and its names may begin
/// with any common prefix or carry those of torch.compile and of wrappers for training; BERT's may
/// lack the model's own. Tensors that no parameter takes are listed, but not read, and left out
/// where their type is unknown. Without `parameters` a file's usual dictionary is taken
/// ('state_dict', 'model_state_dict', 'model_state', 'model', 'net', then the first), all of it, and a 'module.'
/// before every name is taken off.
///
/// Throws DataError naming the file and what is wrong with it: also where several dictionaries or
/// prefixes fit and the options do not choose; IoError when it cannot be read.
Checkpoint load_checkpoint(const std::filesystem::path& path, const CheckpointOptions& options = {},
                           const std::vector<NamedTensor>& parameters = {});

/// Checkpoint::content_hash without reading the tensors: of an index, that of its hash and of those
/// of its files.
std::string checkpoint_hash(const std::filesystem::path& path);

/// Copies the checkpoint's values into `parameters` (tensors that share storage with a model).
/// Every name must be present with the same shape, in either of the conventions of
/// tasks/checkpoint/naming.h. Entries without effect (see decides_nothing()) are ignored, and so
/// are a pooler and pretraining heads of BERT that the model does not use. Throws DataError listing
/// missing, unexpected and wrongly shaped names, values that are not finite and negative variances;
/// then no parameter was changed.
void assign_parameters(const Checkpoint& checkpoint, const std::vector<NamedTensor>& parameters);

/// Copies those values whose name and shape a parameter has; returns how many.
int64_t assign_fitting_parameters(const Checkpoint& checkpoint,
                                  const std::vector<NamedTensor>& parameters);

}  // namespace ptqbench
