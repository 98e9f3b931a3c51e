#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace ptqbench {

/// A checkpoint in several files, as Hugging Face's libraries write it:
/// `model.safetensors.index.json` or `pytorch_model.bin.index.json`.
struct ShardIndex {
  /// Names of the files beside the index, sorted, and which tensors are taken from each.
  std::map<std::string, std::vector<std::string>> tensors_of_file;
};

/// Whether the path is an index by its ending, ".index.json".
bool is_shard_index(const std::filesystem::path& path);

/// Throws DataError naming the file when it is no index or names files in other folders, and all of
/// its files that are not there.
ShardIndex read_shard_index(const std::filesystem::path& path);

}  // namespace ptqbench
