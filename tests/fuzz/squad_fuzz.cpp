#include "tasks/text/squad.h"

#include "support/error.h"
#include "tests/fuzz/input_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ptqbench;
  const fuzz::MemoryInput input(data, size);
  try {
    read_squad(input.path());
  } catch (const Error&) {
  }
  return 0;
}
