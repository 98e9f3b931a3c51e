#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/harness/program/program.h"

namespace ptqbench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::ptqbench;
using testing::small_sweep;
using testing::stored_cells;
using testing::TemporaryFolder;
using testing::write_image_folder;

/// The program refuses with exit code 2, says what is wrong, and has made no run directory.
void expect_refused(const TemporaryFolder& folder, const std::string& sweep,
                    const std::string& message) {
  const auto config = folder.write("sweep.yaml", sweep);
  const auto run = ptqbench("run " + config + " --out " + folder.at("run"));
  EXPECT_EQ(run.exit_code, 2) << run.output;
  EXPECT_THAT(run.output, HasSubstr(message));
  EXPECT_FALSE(std::filesystem::exists(folder.at("run")));
}

TEST(BadInput, MisspeltKeyNamesFileLineAndNearestKey) {
  const TemporaryFolder folder;
  expect_refused(folder, small_sweep("sed: [1]\n"),
                 "sweep.yaml:11: sed: unknown key; did you mean 'seeds'?");
}

TEST(BadInput, ImpossibleBits) {
  for (const char* bits : {"1", "33"}) {
    const TemporaryFolder folder;
    auto sweep = small_sweep();
    sweep.replace(sweep.find("w2a4"), 4, std::string("w") + bits + "a4");
    expect_refused(folder, sweep, "sweep.yaml:5: bits");
  }
}

TEST(BadInput, MissingCheckpoint) {
  const TemporaryFolder folder;
  auto sweep = small_sweep();
  sweep.replace(sweep.find("resnet20_fashion_mnist.safetensors"), 8, "nowhere_");
  expect_refused(folder, sweep, "nowhere_");
}

TEST(BadInput, BitsForEmbeddingsThatTheModelDoesNotHave) {
  const TemporaryFolder folder;
  auto sweep = small_sweep();
  const auto begin = sweep.find("bits:");
  sweep.replace(begin, sweep.find('\n', begin) - begin, "bits: [e8w4a4]");
  expect_refused(folder, sweep,
                 "fashion_mnist resnet20 e8w4a4 nearest seed 1: bits e8w4a4: the model has no "
                 "embedding tables; expected w4a4");
}

TEST(BadInput, TwoLabelsForTheSameCheckpoint) {
  const TemporaryFolder folder;
  auto sweep = small_sweep();
  const auto begin = sweep.find("models:");
  const auto end = sweep.find('\n', begin);
  for (const char* copy : {"a.safetensors", "b.safetensors"}) {
    std::filesystem::copy_file(std::string(PTQBENCH_SOURCE_DIR) +
                                   "/configs/checkpoints/resnet20_fashion_mnist.safetensors",
                               folder.at(copy));
  }
  sweep.replace(begin, end - begin,
                "models: [{name: resnet20, label: one, checkpoint: a.safetensors}, "
                "{name: resnet20, label: two, checkpoint: b.safetensors}]");
  expect_refused(folder, sweep,
                 "'fashion_mnist one w2a4 nearest seed 1' and 'fashion_mnist two w2a4 nearest seed "
                 "1' are the same cell");
}

TEST(BadInput, OneMessageUnderMpi) {
  const TemporaryFolder folder;
  const auto config = folder.write("sweep.yaml", small_sweep("sed: [1]\n"));
  const auto run = ptqbench("run " + config + " --out " + folder.at("run"), 2);
  EXPECT_NE(run.exit_code, 0);
  const std::string message = "did you mean 'seeds'?";
  const auto first = run.output.find(message);
  ASSERT_NE(first, std::string::npos) << run.output;
  EXPECT_EQ(run.output.find(message, first + 1), std::string::npos) << run.output;
}

TEST(BadInput, UnwritableRunDirectory) {
  const TemporaryFolder folder;
  const auto config = folder.write("sweep.yaml", small_sweep());
  const auto file = folder.write("file", "");
  const auto run = ptqbench("run " + config + " --out " + file + "/run");
  EXPECT_EQ(run.exit_code, 2) << run.output;
  EXPECT_THAT(run.output, AllOf(HasSubstr("cannot make the run directory"), HasSubstr(file)));
}

TEST(BadInput, ConfigThatIsNotThere) {
  const auto run = ptqbench("run /nonexistent.yaml");
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.output, HasSubstr("/nonexistent.yaml"));
}

TEST(BadInput, UsageErrorsAreOneLine) {
  const auto expect_error = [](const std::string& arguments, const std::string& message) {
    const auto run = ptqbench(arguments);
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_THAT(run.output, HasSubstr(message));
    EXPECT_EQ(std::count(run.output.begin(), run.output.end(), '\n'), 1) << run.output;
  };
  expect_error("rum", "unknown command 'rum'; did you mean 'run'?");
  expect_error("table x --format word", "see 'ptqbench table --help'");
  expect_error("run x --limit 0", "--limit");
  expect_error("", "see 'ptqbench --help'");
}

TEST(BadInput, AFolderOfOtherThingsIsNoRunDirectory) {
  const TemporaryFolder folder;
  const auto config = folder.write("small.yaml", testing::small_sweep());
  folder.write("pictures/cat.jpg", "a picture");
  const auto run = ptqbench("run " + config + " --out " + folder.at("pictures"));
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.output, AllOf(HasSubstr("is no run directory and holds other things"),
                                HasSubstr("'cat.jpg'")));
  EXPECT_FALSE(std::filesystem::exists(folder.at("pictures/cells")));
}

TEST(BadInput, FolderThatIsNoRun) {
  const TemporaryFolder folder;
  const auto table = ptqbench("table " + folder.path().string());
  EXPECT_EQ(table.exit_code, 2);
  EXPECT_THAT(table.output, HasSubstr("is not a run directory"));
}

/// A cell that fails with this reason; the sweep itself runs and exits with 1.
void expect_failed_cell(const TemporaryFolder& folder, const std::string& checkpoint,
                        const std::string& dataset, const std::string& reason) {
  const auto config =
      folder.write("sweep.yaml", "name: bad\ntask: image_classification\ndataset: " + dataset +
                                     "\nmodels: [{name: resnet20, checkpoint: " + checkpoint +
                                     "}]\nbits: [w4a4]\nmethods: [nearest]\nthreads: 1\n"
                                     "settings: {calibration_samples: 2, range_samples: 2}\n");
  const auto run = ptqbench("run " + config + " --out " + folder.at("run"));
  EXPECT_EQ(run.exit_code, 1) << run.output;
  EXPECT_THAT(run.output, HasSubstr(reason));
  const auto records = stored_cells(folder.at("run"));
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].status, CellStatus::kFailed);
  EXPECT_THAT(records[0].failure_reason, HasSubstr(reason));
}

/// A checkpoint with which a sweep does not start, for this reason.
void expect_checkpoint_refused(const TemporaryFolder& folder, const std::string& checkpoint,
                               const std::string& reason) {
  const auto config = folder.write("sweep.yaml",
                                   "name: bad\ntask: image_classification\ndataset: fashion_mnist"
                                   "\nmodels: [{name: resnet20, checkpoint: " +
                                       checkpoint +
                                       "}]\nbits: [w4a4]\nmethods: [nearest]\nthreads: 1\n"
                                       "settings: {calibration_samples: 2, range_samples: 2}\n");
  const auto run = ptqbench("run " + config + " --out " + folder.at("run"));
  EXPECT_EQ(run.exit_code, 2) << run.output;
  EXPECT_THAT(run.output, AllOf(HasSubstr("model resnet20: "), HasSubstr(reason)));
  EXPECT_FALSE(std::filesystem::exists(folder.at("run")));
}

TEST(BadInput, TruncatedCheckpointIsRefusedBeforeAnyCell) {
  const TemporaryFolder folder;
  const std::string shipped =
      std::string(PTQBENCH_SOURCE_DIR) + "/configs/checkpoints/resnet20_fashion_mnist.safetensors";
  std::filesystem::copy_file(shipped, folder.at("short.safetensors"));
  std::filesystem::resize_file(folder.at("short.safetensors"), 50000);
  expect_checkpoint_refused(folder, folder.at("short.safetensors"), "short.safetensors");
}

TEST(BadInput, PickleThatNamesASystemCallIsRefused) {
  const TemporaryFolder folder;
  // Protocol 2, GLOBAL os.system, a string, TUPLE1, REDUCE, STOP: what an attack on an unpickling
  // reader looks like.
  const std::string touched = folder.at("touched");
  const auto pickle =
      folder.write("evil.pth",
                   "\x80\x02"
                   "cos\nsystem\nX" +
                       std::string({static_cast<char>(6 + touched.size()), 0, 0, 0}) + "touch " +
                       touched + "\x85R.");
  expect_checkpoint_refused(folder, pickle, "evil.pth': is a pickle, but not one that torch.save");
  EXPECT_FALSE(std::filesystem::exists(touched));
}

TEST(BadInput, CorruptImageFailsItsCellByName) {
  const TemporaryFolder folder;
  write_image_folder(folder, "data");
  folder.write("data/test/c/2.jpg", "not a JPEG");
  expect_failed_cell(
      folder,
      std::string(PTQBENCH_SOURCE_DIR) + "/configs/checkpoints/resnet20_fashion_mnist.safetensors",
      "{name: image_folder, resize: 32, crop: 32, root: " + folder.at("data") + "}", "c/2.jpg");
}

}  // namespace
}  // namespace ptqbench
