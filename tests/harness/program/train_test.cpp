#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/harness/program/program.h"

namespace ptqbench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::ptqbench;
using testing::TemporaryFolder;

TEST(TrainCommand, DoesNotContinueTheStateOfAnotherTraining) {
  const TemporaryFolder folder;
  testing::write_image_folder(folder, "data");
  const auto config =
      folder.write("train.yaml",
                   "name: t\ntask: image_classification\nmodel: resnet20\noutput: out.safetensors\n"
                   "dataset: {name: image_folder, root: data, resize: 32, crop: 32}\n"
                   "epochs: 1\nbatch_size: 5\nthreads: 1\n");
  // A folder in the place of the checkpoint stops the training after its last epoch, with the
  // state written.
  std::filesystem::create_directory(folder.at("out.safetensors"));
  const auto stopped = ptqbench("train " + config);
  EXPECT_EQ(stopped.exit_code, 2) << stopped.output;
  ASSERT_TRUE(std::filesystem::exists(folder.at("out.safetensors.training"))) << stopped.output;

  const auto changed =
      ptqbench("train " + config + " --set learning_rate=0.05 --set dataset.crop=28");
  EXPECT_EQ(changed.exit_code, 2) << changed.output;
  EXPECT_THAT(changed.output,
              AllOf(HasSubstr("out.safetensors.training is the state of another training"),
                    HasSubstr("dataset.crop: 32 there, 28 here"),
                    HasSubstr("train.learning_rate: 0.1 there, 0.05 here"),
                    HasSubstr("Delete it to start afresh"), Not(HasSubstr("train.epochs"))));

  std::filesystem::remove(folder.at("data/train/c/1.jpg"));
  folder.write("data/train/c/1.jpg", testing::read_bytes(folder.at("data/train/d/1.jpg")) + "x");
  EXPECT_THAT(ptqbench("train " + config).output, HasSubstr("data_sha256: "));
}

}  // namespace
}  // namespace ptqbench
