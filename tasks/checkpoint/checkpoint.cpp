#include "tasks/checkpoint/checkpoint.h"

#include <fmt/format.h>

#include "tasks/checkpoint/content_hash.h"
#include "tasks/checkpoint/input_file.h"
#include "tasks/checkpoint/safetensors.h"
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

Checkpoint read_any(const InputFile& file) {
  if (looks_like_safetensors(file)) return read_safetensors(file);
  Checkpoint checkpoint;
  if (ZipArchive::looks_like_zip(file)) {
    checkpoint.tensors = read_torch_zip(file);
  } else if (looks_like_legacy_torch_file(file)) {
    checkpoint.tensors = read_torch_legacy(file);
  } else {
    file.fail(fmt::format("{}, expected safetensors or a file that torch.save wrote",
                          file.size() == 0 ? "is empty" : "is in no known checkpoint format"));
  }
  return checkpoint;
}

}  // namespace

Checkpoint load_checkpoint(const std::filesystem::path& path) {
  const InputFile file(path);
  Checkpoint checkpoint = read_any(file);
  checkpoint.content_hash = sha256_file(file);
  checkpoint.path = path;
  return checkpoint;
}

}  // namespace ptqbench
