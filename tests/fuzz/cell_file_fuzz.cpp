#include "results/files/cell_file.h"

#include "support/error.h"
#include "tests/fuzz/input_file.h"

/// HDF5 itself is not instrumented.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ptqbench;
  const fuzz::MemoryInput input(data, size);
  try {
    read_cell_file_head(input.path());
    read_cell_file(input.path());
  } catch (const Error&) {
  }
  return 0;
}
