#include "tasks/detection/coco/coco.h"

#include "support/error.h"
#include "tests/fuzz/input_file.h"

/// The same bytes as annotations and as detections: each refuses the other's files at once.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ptqbench;
  const fuzz::MemoryInput input(data, size);
  CocoAnnotations annotations;
  annotations.images = {{1, "a.jpg", {64, 48}}, {2, "b.jpg", {48, 64}}};
  annotations.categories = {{1, "shoe"}, {3, "bag"}};
  try {
    annotations = read_coco_annotations(input.path());
  } catch (const Error&) {
  }
  try {
    read_coco_detections(input.path(), annotations);
  } catch (const Error&) {
  }
  return 0;
}
