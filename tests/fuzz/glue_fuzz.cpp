#include "tasks/text/glue.h"

#include <unistd.h>

#include <fstream>

#include "support/error.h"
#include "tasks/text/glue_task.h"

namespace {

/// A folder of its own for each process, since GLUE's files are found by their names.
std::filesystem::path folder() {
  static const auto path = std::filesystem::temp_directory_path() /
                           ("glue_fuzz_" + std::to_string(static_cast<int64_t>(getpid())));
  return path;
}

}  // namespace

/// The first byte picks the task, the rest is its file of one split.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ptqbench;
  if (size == 0) return 0;
  const auto& task = glue_tasks().at(data[0] % glue_tasks().size());
  const auto& split = task.evaluation_splits.front();
  const auto path = folder() / task.folder / (split + ".tsv");
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(data + 1), static_cast<std::streamsize>(size - 1));
  try {
    read_glue(folder(), task, split);
  } catch (const Error&) {
  }
  return 0;
}
