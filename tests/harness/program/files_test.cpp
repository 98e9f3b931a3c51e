#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/harness/program/program.h"

namespace ptqbench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::ptqbench;
using testing::small_sweep;
using testing::stored_cells;
using testing::TemporaryFolder;

/// A sweep of one cell on an image folder whose evaluation has a JPEG file with stray bytes and a
/// file that is no picture.
class Files : public ::testing::Test {
 protected:
  void SetUp() override {
    testing::write_image_folder(folder_, "data");
    const auto fixture = std::string(PTQBENCH_SOURCE_DIR) + "/tests/tasks/data/data/";
    folder_.write("data/test/c/2.jpg", testing::read_bytes(fixture + "stray_before_end.jpg"));
    folder_.write("data/test/c/more/3.gif", "GIF89a");
  }
  std::string sweep(const std::string& extra) {
    auto text = small_sweep(extra);
    const auto replace = [&](const std::string& key, const std::string& line) {
      const auto begin = text.find("\n" + key) + 1;
      text.replace(begin, text.find('\n', begin) - begin, line);
    };
    replace("dataset:", "dataset: {name: image_folder, resize: 32, crop: 32, root: data}");
    replace("methods:", "methods: [nearest]");
    replace("evaluation:", "evaluation: {samples: 500, batch_size: 4}");
    replace("settings:", "settings: {calibration_samples: 8, range_samples: 9}");
    return folder_.write("sweep.yaml", text);
  }

  TemporaryFolder folder_;
};

TEST_F(Files, WhatIsLetPassIsSaidAndRecorded) {
  const auto config = sweep("");
  const auto plan = ptqbench("plan " + config + " --out " + folder_.at("run"));
  EXPECT_EQ(plan.exit_code, 0);
  EXPECT_THAT(plan.output,
              AllOf(HasSubstr("note: range_samples is 9, but calibration has 8 samples"),
                    HasSubstr("note: evaluation.samples is 500, but split 'test' of image_folder "
                              "has 11: all of them"),
                    HasSubstr("note: 1 file in "), HasSubstr("no picture's: 1 of .gif")));
  const auto run = ptqbench("run " + config + " --out " + folder_.at("run"));
  ASSERT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr("note: range_samples is 9"));
  const auto cells = stored_cells(folder_.at("run"));
  ASSERT_EQ(cells.size(), 1u);
  EXPECT_THAT(cells[0].provenance.at(kDataNotes),
              AllOf(HasSubstr("1 of .gif"), HasSubstr("1 picture decoded with a warning")));
}

TEST_F(Files, ACacheChangesNoNumber) {
  const auto without = sweep("");
  ASSERT_EQ(ptqbench("run " + without + " --out " + folder_.at("without")).exit_code, 0);
  const auto with = sweep("cache: kept\n");
  const auto plan = ptqbench("plan " + with + " --out " + folder_.at("with"));
  EXPECT_THAT(plan.output, AllOf(HasSubstr("note: cache of decoded pictures of image_folder: "),
                                 HasSubstr("still to be written")));
  ASSERT_EQ(ptqbench("run " + with + " --out " + folder_.at("with"), 2).exit_code, 0);
  const auto expected = stored_cells(folder_.at("without"));
  const auto cells = stored_cells(folder_.at("with"));
  ASSERT_EQ(cells.size(), 1u);
  ASSERT_EQ(expected.size(), 1u);
  EXPECT_EQ(testing::computed_values(cells[0]), testing::computed_values(expected[0]));
  EXPECT_EQ(cells[0].provenance.at(kDataNotes), expected[0].provenance.at(kDataNotes));
  EXPECT_THAT(ptqbench("plan " + with + " --out " + folder_.at("with")).output,
              AllOf(HasSubstr(", there\n"), Not(HasSubstr("still to be written"))));
}

TEST_F(Files, ClassesThatDifferByNameEndBeforeAnythingRuns) {
  std::filesystem::rename(folder_ / "data/test/a", folder_ / "data/test/k");
  const auto run = ptqbench("run " + sweep("") + " --out " + folder_.at("run"));
  EXPECT_EQ(run.exit_code, 2) << run.output;
  EXPECT_THAT(run.output, AllOf(HasSubstr("only 'train' has 'a'"), HasSubstr("only 'test' has 'k'")));
  EXPECT_FALSE(std::filesystem::exists(folder_.at("run")));
}

TEST_F(Files, ACorruptPictureIsNotTriedAgain) {
  folder_.write("data/test/d/2.jpg", "not a JPEG");
  const auto run = ptqbench("run " + sweep("retries: 5\n") + " --out " + folder_.at("run"));
  EXPECT_EQ(run.exit_code, 1) << run.output;
  EXPECT_THAT(run.output, AllOf(HasSubstr("d/2.jpg"), Not(HasSubstr("will be tried again"))));
}

}  // namespace
}  // namespace ptqbench
