#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/harness/program/program.h"

namespace ptqbench {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::ptqbench;
using testing::shell;
using ::testing::SizeIs;
using testing::small_sweep;
using testing::stored_cells;
using testing::TemporaryFolder;
using testing::write_image_folder;

class Report : public ::testing::Test {
 protected:
  /// Runs the cells of the small sweep that `filter` picks.
  void run(const std::string& filter, const std::string& extra = "") {
    config_ = folder_.write("small.yaml", small_sweep(extra));
    const auto run = ptqbench("run " + config_ + " --filter '" + filter + "' --out " + out_);
    ASSERT_EQ(run.exit_code, 0) << run.output;
  }

  TemporaryFolder folder_;
  std::string out_ = folder_.at("run");
  std::string config_;
};

TEST_F(Report, TellsOfUnitsNoiseAndFlatnessOfEveryMethod) {
  run("method=nearest|adaround");
  const auto adaround = ptqbench("report " + out_ + " adaround");
  EXPECT_EQ(adaround.exit_code, 0) << adaround.output;
  EXPECT_THAT(adaround.output,
              AllOf(HasSubstr("resnet20 w2a4 adaround seed 1, image_classification"),
                    ContainsRegex("top1_accuracy: [0-9.]+, full precision"),
                    ContainsRegex("layer1.0 +block +- +- +- +-?[0-9.]+ +-\n"),
                    ContainsRegex("  layer1.0.conv1 +conv 3x3 +weights +[0-9.e-]+ +[0-9.e-]+"),
                    ContainsRegex("0.1 of their norm +[+-][0-9.]+ +[+-][0-9.]+\n")));
  const auto nearest = ptqbench("report " + out_ + " 'w2a4 nearest seed 1'");
  EXPECT_EQ(nearest.exit_code, 0);
  EXPECT_THAT(nearest.output, ContainsRegex("layer3.2 +block +- +- +- +-?[0-9.]+ +-\n"));

  const auto unrun = ptqbench("report " + out_ + " brecq");
  EXPECT_EQ(unrun.exit_code, 0);
  EXPECT_THAT(unrun.output, HasSubstr("has not run yet"));
}

TEST_F(Report, HeldOutSamplesAreNoCalibrationSamples) {
  run("method=nearest", "seeds: [7]\n");
  const auto cells = stored_cells(out_);
  ASSERT_THAT(cells, SizeIs(1));
  EXPECT_THAT(cells[0].held_out_ids, SizeIs(4));
  const std::set<int64_t> seen(cells[0].calibration_ids.begin(), cells[0].calibration_ids.end());
  for (const int64_t id : cells[0].held_out_ids) EXPECT_EQ(seen.count(id), 0U);
}

TEST_F(Report, SettingsOfTheReportRunNothingAgain) {
  run("method=nearest");
  const auto again = ptqbench("run " + config_ + " --filter method=nearest --out " + out_ +
                              " --set report.held_out_samples=0 --set report.flatness_samples=0");
  EXPECT_THAT(again.output, HasSubstr("1 already done, 0 to run now"));

  const auto off =
      ptqbench("run " + config_ + " --filter method=nearest --out " + folder_.at("off") +
               " --set report.held_out_samples=0 --set report.flatness_samples=0");
  ASSERT_EQ(off.exit_code, 0) << off.output;
  EXPECT_THAT(ptqbench("report " + folder_.at("off") + " nearest").output,
              AllOf(HasSubstr("noise ratio: not measured"), HasSubstr("flatness: not measured")));
}

TEST_F(Report, AnUnreadableHeldOutSampleCostsOnlyTheNoiseRatio) {
  // 21 pictures, of which 20 are calibrated on: the corrupt one is held out.
  write_image_folder(folder_, "data");
  for (char label = 'a'; label <= 'j'; ++label)
    shell("cp " + folder_.at("data/train/a/1.jpg") + " " +
          folder_.at(std::string("data/train/") + label + "/2.jpg"));
  auto sweep = small_sweep();
  const auto set = [&](const std::string& from, const std::string& to) {
    sweep.replace(sweep.find(from), from.size(), to);
  };
  set("dataset: fashion_mnist",
      "dataset: {name: image_folder, resize: 32, crop: 32, root: " + folder_.at("data") + "}");
  set("calibration_samples: 16", "calibration_samples: 20");
  set("task:", "calibration_ids: " + folder_.at("ids.txt") + "\ntask:");
  std::string ids;
  for (int id = 0; id < 20; ++id) ids += std::to_string(id) + "\n";
  folder_.write("ids.txt", ids);
  folder_.write("data/train/j/3.jpg", "no picture");
  config_ = folder_.write("small.yaml", sweep);
  const auto run = ptqbench("run " + config_ + " --filter method=nearest --out " + out_);
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(ptqbench("report " + out_ + " nearest").output,
              AllOf(HasSubstr("noise ratio: not measured"), HasSubstr("report_failure=noise_ratio"),
                    HasSubstr("j/3.jpg"), HasSubstr("change of the loss")));
}

TEST_F(Report, CalibrationIdsGoOutAndComeBackToTheSameCell) {
  run("method=nearest");
  const auto ids = folder_.at("ids.txt");
  const auto written = ptqbench("report " + out_ + " nearest --calibration-ids " + ids);
  EXPECT_EQ(written.exit_code, 0) << written.output;
  EXPECT_THAT(testing::read_bytes(ids),
              ContainsRegex("^# 16 calibration samples of fashion_mnist, split train, seed 1\n"));
  // The same ids in the same order, so the same fingerprint.
  const auto imported =
      ptqbench("plan " + config_ + " --out " + out_ + " --set calibration_ids=" + ids);
  EXPECT_THAT(imported.output, HasSubstr("4 cells, 1 done, 3 to do")) << imported.output;

  const auto other =
      folder_.write("other.txt", "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n");
  const auto run = ptqbench("run " + config_ + " --filter method=nearest --out " + out_ +
                            " --set calibration_ids=" + other);
  EXPECT_THAT(run.output, HasSubstr("0 already done, 1 to run now"));
  EXPECT_EQ(run.exit_code, 0) << run.output;

  const auto wrong = folder_.write("wrong.txt", "0\n60000\n0\n");
  const auto refused = ptqbench("run " + config_ + " --out " + folder_.at("none") +
                                " --set calibration_ids=" + wrong);
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.output, AllOf(HasSubstr("wrong.txt:2: 60000 is no sample"),
                                    HasSubstr("wrong.txt:3: 0 is listed twice, first in line 1")));
  EXPECT_FALSE(std::filesystem::exists(folder_.at("none")));
}

TEST_F(Report, FailedCellsShowStageAndReason) {
  auto sweep = small_sweep();
  sweep.insert(sweep.find(".safetensors}]") + 12, ", expected_samples: 100, expected: 12");
  config_ = folder_.write("small.yaml", sweep);
  EXPECT_EQ(ptqbench("run " + config_ + " --filter method=nearest --out " + out_).exit_code, 1);
  const auto report = ptqbench("report " + out_ + " nearest");
  EXPECT_EQ(report.exit_code, 0);
  EXPECT_THAT(report.output, HasSubstr("failed in stage 'full_precision': "));
  const auto ids = ptqbench("report " + out_ + " nearest --calibration-ids " + folder_.at("ids"));
  EXPECT_EQ(ids.exit_code, 2);
  EXPECT_THAT(ids.output, HasSubstr("has no calibration samples"));
  EXPECT_FALSE(std::filesystem::exists(folder_.at("ids")));
}

TEST_F(Report, IsOfACollectedFileAsOfItsDirectory) {
  run("method=nearest");
  const auto file = out_ + "/results.h5";
  for (const auto& rest : {std::string(" nearest"), " --html " + folder_.at("a.html")}) {
    const auto of_file = ptqbench("report " + file + rest);
    EXPECT_EQ(of_file.exit_code, 0) << of_file.output;
    EXPECT_EQ(of_file.output, ptqbench("report " + out_ + rest).output);
  }
  const auto table = ptqbench("table " + file + " 2>&1");
  EXPECT_EQ(table.exit_code, 0);
  EXPECT_THAT(table.output, HasSubstr("1 of 4 cells finished, 0 failed, 3 not run"));
}

TEST_F(Report, ACellThatIsNotMeantIsAnError) {
  run("method=nearest");
  const auto unknown = ptqbench("report " + out_ + " nearst");
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.output, HasSubstr("did you mean 'nearest'?"));
  const auto several = ptqbench("report " + out_ + " resnet20");
  EXPECT_EQ(several.exit_code, 2);
  EXPECT_THAT(several.output, HasSubstr("'resnet20' may be any of 4 cells:"));
  EXPECT_EQ(ptqbench("report " + folder_.path().string() + " nearest").exit_code, 2);
}

TEST_F(Report, ACellOfEarlierSettingsIsFoundByItsFingerprint) {
  run("method=nearest");
  const auto fingerprint = stored_cells(out_)[0].fingerprint;
  run("method=nearest", "seeds: [2]\n");
  const auto report = ptqbench("report " + out_ + " " + fingerprint.substr(0, 10));
  EXPECT_EQ(report.exit_code, 0) << report.output;
  EXPECT_THAT(report.output, HasSubstr("resnet20 w2a4 nearest seed 1"));
}

}  // namespace
}  // namespace ptqbench
