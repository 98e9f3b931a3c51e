#include "tasks/checkpoint/checkpoint.h"

#include <fmt/format.h>

#include <memory>
#include <unordered_map>

#include "support/data_error.h"
#include "tasks/checkpoint/choose_entry.h"
#include "tasks/checkpoint/content_hash.h"
#include "tasks/checkpoint/input_file.h"
#include "tasks/checkpoint/safetensors.h"
#include "tasks/checkpoint/sharded.h"
#include "tasks/checkpoint/torch_file.h"
#include "tasks/checkpoint/zip_archive.h"

namespace ptqbench {

namespace {

// A safetensors file is a header length, whose bytes can be anything, and then always an opening
// brace; neither of the other formats has one there.
bool looks_like_safetensors(const InputFile& file) {
  constexpr uint64_t kBrace = 8;
  return file.size() > kBrace &&
         SequentialReader(file, kBrace, file.size()).byte() == static_cast<uint8_t>('{');
}

CheckpointContents contents_of(const InputFile& file) {
  if (looks_like_safetensors(file)) return safetensors_contents(file);
  if (ZipArchive::looks_like_zip(file)) return torch_zip_contents(file);
  if (looks_like_legacy_torch_file(file)) return torch_legacy_contents(file);
  file.fail(fmt::format("{}, expected safetensors or a file that torch.save wrote",
                        file.size() == 0 ? "is empty" : "is in no known checkpoint format"));
}

/// The files of a checkpoint and what they offer.
struct OpenCheckpoint {
  std::vector<std::unique_ptr<InputFile>> files;
  CheckpointContents contents;
};

/// Moves the tensors that the index takes from a file into the dictionary of all.
void take_shard(const InputFile& file, const std::vector<std::string>& wanted,
                CheckpointContents& all) {
  auto contents = contents_of(file);
  std::unordered_map<std::string, StoredTensor*> by_name;
  for (auto& entry : contents.entries) {
    for (auto& tensor : entry.tensors) by_name.emplace(tensor.name, &tensor);
  }
  for (const auto& name : wanted) {
    const auto found = by_name.find(name);
    if (found == by_name.end())
      file.fail("lacks the tensor " + in_quotes(name) + ", which the index says is there");
    all.entries.front().tensors.push_back(std::move(*found->second));
  }
  auto& foreign = all.foreign_globals;
  foreign.insert(foreign.end(), contents.foreign_globals.begin(), contents.foreign_globals.end());
}

OpenCheckpoint open_checkpoint(const std::filesystem::path& path) {
  OpenCheckpoint open;
  if (!is_shard_index(path)) {
    open.files.push_back(std::make_unique<InputFile>(path));
    open.contents = contents_of(*open.files.back());
    return open;
  }
  open.contents.entries.resize(1);
  for (const auto& [name, tensors] : read_shard_index(path).tensors_of_file) {
    open.files.push_back(std::make_unique<InputFile>(path.parent_path() / name));
    take_shard(*open.files.back(), tensors, open.contents);
  }
  return open;
}

}  // namespace

std::string checkpoint_hash(const std::filesystem::path& path) {
  if (!is_shard_index(path)) return sha256_file(path);
  std::string hashes = sha256_file(path) + "\n";
  for (const auto& [name, tensors] : read_shard_index(path).tensors_of_file)
    hashes += sha256_file(path.parent_path() / name) + "\n";
  return sha256_text(hashes);
}

Checkpoint load_checkpoint(const std::filesystem::path& path, const CheckpointOptions& options,
                           const std::vector<NamedTensor>& parameters) {
  const OpenCheckpoint open = open_checkpoint(path);
  Checkpoint checkpoint = choose_entry(path, open.contents, options, parameters);
  checkpoint.content_hash =
      is_shard_index(path) ? checkpoint_hash(path) : sha256_file(*open.files.front());
  return checkpoint;
}

}  // namespace ptqbench
