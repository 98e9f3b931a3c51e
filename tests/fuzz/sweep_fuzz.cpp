#include "harness/config/sweep.h"

#include "harness/config/cell.h"
#include "support/error.h"
#include "tests/fuzz/input_file.h"

namespace {

const ptqbench::KnownNames& known() {
  static const ptqbench::KnownNames names = {
      {"image_classification", "text_classification", "question_answering", "object_detection"},
      {"resnet20", "mobilenet_v2_cifar", "bert_tiny"},
      {"nearest", "adaround", "brecq", "qdrop", "nodrop"},
      {"fashion_mnist", "cifar10", "image_folder", "glue_sst2", "squad_v1", "coco"},
      {"brecq", "qdrop_imagenet_paper"}};
  return names;
}

}  // namespace

/// A sweep file, down to its cells, whose settings are written out as for a fingerprint. The files
/// that it names are not looked at.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ptqbench;
  const fuzz::MemoryInput input(data, size);
  MissingInputs missing;
  LoadOptions options;
  options.check_files = false;
  options.missing = &missing;
  try {
    const SweepConfig sweep = load_sweep(input.path(), {}, known(), options);
    if (cell_count(sweep) > 1000) return 0;
    for (const Cell& cell : expand(sweep)) canonical_settings(cell);
  } catch (const Error&) {
  }
  return 0;
}
