#pragma once

#include <c10/core/ScalarType.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "tasks/checkpoint/checkpoint_contents.h"
#include "tasks/checkpoint/pickle.h"

namespace ptqbench {

/// A one-dimensional run of elements that tensors are views of, stored outside the pickle under
/// `key`.
struct TorchStorage {
  std::string key;
  at::ScalarType dtype = at::kFloat;
  int64_t elements = 0;
};

using StorageReader = std::function<at::Tensor(const TorchStorage&)>;

/// Globals that a state dictionary and the numbers commonly saved beside it need; like all others,
/// they are never run.
const std::unordered_set<std::string>& torch_globals();

/// All storages that a pickle refers to, by key.
std::unordered_map<std::string, TorchStorage> torch_storages(const InputFile& file,
                                                             const Pickle& pickle);

/// The dictionaries with tensors in a pickle, at any depth, in its order; each tensor once, where
/// it is found first. Entries that are not tensors are left out. Tensors that share a storage in the
/// file share one here; a storage is read when a tensor of it first is. Throws IoError when there
/// is no such dictionary, and when a tensor is read that reaches outside its storage.
std::vector<CheckpointEntry> state_dict_entries(const InputFile& file,
                                                std::shared_ptr<const Pickle> pickle,
                                                StorageReader read_storage);

}  // namespace ptqbench
