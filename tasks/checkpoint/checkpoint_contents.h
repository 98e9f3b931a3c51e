#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace ptqbench {

/// A tensor in a file, not read yet.
struct StoredTensor {
  std::string name;
  /// Throws IoError when it is damaged or of an unknown type.
  std::function<at::Tensor()> read;
  /// Of a type that is known here.
  bool known_type = true;
};

/// A dictionary of tensors in a file.
struct CheckpointEntry {
  /// The keys that lead to it, joined by dots: "model.state_dict"; empty: the file itself.
  std::string path;
  std::vector<StoredTensor> tensors;
};

/// What a file offers. The tensors are read through the file, which must outlive this.
struct CheckpointContents {
  std::vector<CheckpointEntry> entries;
  std::map<std::string, std::string> metadata;
  /// Classes and functions of other programs whose objects the file holds beside the tensors; they
  /// were passed over, and nothing of them was run.
  std::vector<std::string> foreign_globals;
};

}  // namespace ptqbench
