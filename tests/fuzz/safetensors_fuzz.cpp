#include "support/error.h"
#include "tasks/checkpoint/checkpoint.h"
#include "tasks/checkpoint/input_file.h"
#include "tasks/checkpoint/safetensors.h"
#include "tests/fuzz/input_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ptqbench;
  const fuzz::MemoryInput input(data, size);
  try {
    read_safetensors(InputFile(input.path()));
  } catch (const Error&) {
  }
  return 0;
}
