#include "tasks/data/label_file.h"

#include "support/error.h"
#include "tests/fuzz/input_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ptqbench;
  const fuzz::MemoryInput input(data, size);
  for (const int64_t classes : {0, 2}) {
    try {
      read_label_file(input.path(), {"a.jpg", "b.jpg", "c.png"}, classes);
    } catch (const Error&) {
    }
  }
  return 0;
}
