#pragma once

#include <c10/core/ScalarType.h>

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "tasks/checkpoint/checkpoint.h"
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

/// Globals that a state dictionary and the numbers commonly saved beside it need; none of them is
/// ever run.
const std::unordered_set<std::string>& torch_globals();

/// All storages that a pickle refers to, by key.
std::unordered_map<std::string, TorchStorage> torch_storages(const InputFile& file,
                                                             const Pickle& pickle);

/// The tensors of the state dictionary in a pickle, in its order: the dictionary under
/// 'state_dict', 'model_state_dict', 'model_state', 'model' or 'net' of the pickled dictionary (the
/// first of these that holds tensors), else that dictionary itself. Entries that are not tensors
/// are skipped; a 'module.' before every name is taken off. Tensors that share a storage in the
/// file share one here; only storages in use are read, each once. Throws IoError when there is no
/// such dictionary, or a tensor reaches outside its storage.
std::vector<NamedTensor> state_dict_tensors(const InputFile& file, const Pickle& pickle,
                                            const StorageReader& read_storage);

}  // namespace ptqbench
