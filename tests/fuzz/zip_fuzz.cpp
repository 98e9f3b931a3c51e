#include "support/error.h"
#include "tasks/checkpoint/input_file.h"
#include "tasks/checkpoint/torch_file.h"
#include "tests/fuzz/input_file.h"

/// An archive as torch.save writes it.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ptqbench;
  const fuzz::MemoryInput input(data, size);
  try {
    read_torch_zip(InputFile(input.path()));
  } catch (const Error&) {
  }
  return 0;
}
