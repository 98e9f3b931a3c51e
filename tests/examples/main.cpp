#include "harness/program.h"
#include "methods/recipes/registry.h"
#include "tasks/models/registry.h"
#include "tasks/task_registry.h"
#include "tests/examples/image_denoising.h"
#include "tests/examples/qdrop_refined.h"
#include "tests/examples/small_vgg.h"

int main(int argc, char** argv) {
  using namespace ptqbench;
  register_method({"qdrop_refined",
                   "QDrop, then its activation steps once more with nothing dropped",
                   qdrop_refined_recipe});
  register_image_classifier({"small_vgg", "a small VGG for images of about 32 pixels", small_vgg});
  register_task_model({"denoiser", "five convolutions that tell the noise in a picture"});
  register_task({"image_denoising", "pictures with noise; peak signal-to-noise ratio of the result",
                 open_image_denoising, /*stand_in=*/nullptr});
  return run_program(argc, argv);
}
