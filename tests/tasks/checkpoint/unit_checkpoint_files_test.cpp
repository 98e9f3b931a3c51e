#include "tasks/checkpoint/unit_checkpoint_files.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <limits>

#include "support/error.h"
#include "tests/tasks/checkpoint/test_files.h"
#include "tests/tasks/checkpoint/test_tensors.h"

namespace ptqbench {
namespace {

const std::map<std::string, std::string> kMadeWith = {{"threads", "1"}, {"version", "7"}};

UnitState sample_state() {
  UnitState state;
  state.learned = {{"layer1/0.conv1", ramp({2, 3}, 0.25)},
                   {"layer1/0.relu.scale", torch::tensor({0.1F})}};
  state.report.unit = "layer1/0";
  state.report.kind = "block";
  state.report.block = "layer1";
  state.report.phase = "joint";
  state.report.curve = {{0, 7}, {1.0 / 3.0, 1e-300}, {0, 0.1}};
  state.report.error_before = std::numeric_limits<double>::infinity();
  state.report.error_after = 2.0 / 7.0;
  state.report.weights = 6;
  state.report.flipped_weights = 2;
  state.report.seconds = 1.5;
  return state;
}

class UnitCheckpointFilesTest : public ::testing::Test {
 protected:
  std::filesystem::path file() const { return std::filesystem::directory_iterator(path_)->path(); }
  bool loads() { return files_.load("joint", "layer1/0").has_value(); }

  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "partial/cell";
  UnitCheckpointFiles files_{path_, kMadeWith};
};

TEST_F(UnitCheckpointFilesTest, HandsBackWhatWasSavedBitForBit) {
  EXPECT_EQ(count_unit_checkpoints(path_), 0);
  EXPECT_FALSE(loads());
  const auto saved = sample_state();
  files_.save(saved);
  EXPECT_EQ(count_unit_checkpoints(path_), 1);
  const auto state = UnitCheckpointFiles(path_, kMadeWith).load("joint", "layer1/0");
  ASSERT_TRUE(state);
  ASSERT_EQ(state->learned.size(), 2U);
  for (const auto& [name, value] : state->learned) {
    const auto& expected = name == "layer1/0.conv1" ? saved.learned[0] : saved.learned[1];
    EXPECT_EQ(name, expected.name);
    expect_same(value, expected.value);
  }
  EXPECT_EQ(state->report.unit, "layer1/0");
  EXPECT_EQ(state->report.kind, "block");
  EXPECT_EQ(state->report.block, "layer1");
  EXPECT_EQ(state->report.phase, "joint");
  EXPECT_EQ(state->report.curve.iteration, saved.report.curve.iteration);
  EXPECT_EQ(state->report.curve.reconstruction, saved.report.curve.reconstruction);
  EXPECT_EQ(state->report.curve.rounding, saved.report.curve.rounding);
  EXPECT_EQ(state->report.error_before, saved.report.error_before);
  EXPECT_EQ(state->report.error_after, saved.report.error_after);
  EXPECT_EQ(state->report.weights, 6);
  EXPECT_EQ(state->report.flipped_weights, 2);
  EXPECT_EQ(state->report.seconds, saved.report.seconds);
}

TEST_F(UnitCheckpointFilesTest, OtherUnitsAndPhasesHaveNone) {
  files_.save(sample_state());
  EXPECT_FALSE(files_.load("weights", "layer1/0"));
  EXPECT_FALSE(files_.load("joint", "layer1/1"));
  // The same file name, another unit.
  EXPECT_FALSE(files_.load("joint", "layer1-0"));
}

TEST_F(UnitCheckpointFilesTest, WhatAnotherProgramOrOtherThreadsMadeIsNotUsed) {
  files_.save(sample_state());
  for (const auto& other : {std::map<std::string, std::string>{{"threads", "2"}, {"version", "7"}},
                            std::map<std::string, std::string>{{"threads", "1"}, {"version", "8"}},
                            std::map<std::string, std::string>{{"cores", "1"}}}) {
    EXPECT_FALSE(UnitCheckpointFiles(path_, other).load("joint", "layer1/0"));
  }
  EXPECT_TRUE(loads());
}

TEST_F(UnitCheckpointFilesTest, ADamagedFileCountsAsNone) {
  files_.save(sample_state());
  const auto path = file();
  const auto whole = read_bytes(path);
  for (size_t i = 0; i < whole.size(); ++i) {
    auto damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    write_bytes(path, damaged);
    EXPECT_FALSE(loads()) << "byte " << i << " was changed";
  }
  for (const size_t size : {size_t{0}, size_t{7}, whole.size() / 2, whole.size() - 1}) {
    write_bytes(path, whole.substr(0, size));
    EXPECT_FALSE(loads()) << "cut to " << size << " bytes";
  }
  write_bytes(path, whole);
  EXPECT_TRUE(loads());
}

TEST_F(UnitCheckpointFilesTest, SavingAgainReplaces) {
  files_.save(sample_state());
  auto state = sample_state();
  state.report.error_after = 5;
  files_.save(state);
  EXPECT_EQ(count_unit_checkpoints(path_), 1);
  EXPECT_EQ(files_.load("joint", "layer1/0")->report.error_after, 5);
}

TEST_F(UnitCheckpointFilesTest, AFolderThatCannotBeMadeIsAnError) {
  write_bytes(folder_ / "partial", "a file");
  EXPECT_THROW(files_.save(sample_state()), IoError);
}

}  // namespace
}  // namespace ptqbench
