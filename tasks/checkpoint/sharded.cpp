#include "tasks/checkpoint/sharded.h"

#include <fmt/format.h>

#include "support/data_error.h"
#include "support/nearest_name.h"
#include "tasks/checkpoint/input_file.h"
#include "tasks/data/json_file.h"

namespace ptqbench {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& problem) {
  throw DataError(fmt::format("'{}': {}", path.string(), problem));
}

void require_files(const std::filesystem::path& path, const ShardIndex& index) {
  std::vector<std::string> missing;
  for (const auto& [file, tensors] : index.tensors_of_file) {
    std::error_code error;
    if (!std::filesystem::exists(path.parent_path() / file, error))
      missing.push_back(in_quotes(file));
  }
  if (!missing.empty())
    fail(path, fmt::format("{} of its {} files {} missing: {}", missing.size(),
                           index.tensors_of_file.size(), missing.size() == 1 ? "is" : "are",
                           join(missing)));
}

}  // namespace

bool is_shard_index(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  const std::string ending = ".index.json";
  return name.size() > ending.size() &&
         name.compare(name.size() - ending.size(), ending.size(), ending) == 0;
}

ShardIndex read_shard_index(const std::filesystem::path& path) {
  constexpr size_t kMostBytes = size_t{1} << 26;
  const auto json = read_json_file(path, kMostBytes);
  const auto map = json.is_object() ? json.find("weight_map") : json.end();
  if (!json.is_object() || map == json.end() || !map->is_object() || map->empty())
    fail(path, "no 'weight_map' of tensors to files, as the index of a checkpoint has");
  ShardIndex index;
  for (const auto& [tensor, file] : map->items()) {
    if (!file.is_string()) fail(path, "the file of tensor " + in_quotes(tensor) + " is no name");
    const std::string name = file.get<std::string>();
    if (name.empty() || std::filesystem::path(name).filename() != name)
      fail(path, "the file " + in_quotes(name) + " is not beside the index");
    index.tensors_of_file[name].push_back(tensor);
  }
  require_files(path, index);
  return index;
}

}  // namespace ptqbench
