#include "tasks/checkpoint/pickle.h"

#include "support/error.h"
#include "tasks/checkpoint/input_file.h"
#include "tasks/checkpoint/torch_file.h"
#include "tasks/checkpoint/torch_state_dict.h"
#include "tests/fuzz/input_file.h"

/// A pickle alone, and the older format of torch.save, which is several of them and the storages.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ptqbench;
  const fuzz::MemoryInput input(data, size);
  const InputFile file(input.path());
  try {
    SequentialReader reader(file, 0, file.size());
    torch_storages(file, read_pickle(reader, torch_globals()));
  } catch (const Error&) {
  }
  try {
    read_torch_legacy(file);
  } catch (const Error&) {
  }
  return 0;
}
