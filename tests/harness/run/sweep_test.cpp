#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "results/store.h"
#include "tests/harness/run/program.h"

namespace ptqbench {
namespace {

using testing::computed_values;
using ::testing::HasSubstr;
using testing::ptqbench;
using testing::small_sweep;
using testing::TemporaryFolder;

std::map<std::string, std::string> computed(const std::string& run_dir) {
  std::map<std::string, std::string> values;
  for (const auto& record : CellStore(run_dir).read_all().records) {
    values[record.fingerprint] = computed_values(record);
  }
  return values;
}

std::map<std::string, std::string> start_times(const std::string& run_dir) {
  std::map<std::string, std::string> times;
  for (const auto& record : CellStore(run_dir).read_all().records) {
    times[record.fingerprint] = record.started_at + " attempt " + std::to_string(record.attempt);
  }
  return times;
}

TEST(Sweep, GivesTheSameNumbersOnAnyNumberOfRanksAndWhenInterrupted) {
  const TemporaryFolder folder;
  const auto config = folder.write("small.yaml", small_sweep());
  const auto alone = ptqbench("run " + config + " --out " + (folder / "alone"));
  ASSERT_EQ(alone.exit_code, 0) << alone.output;
  const auto expected = computed(folder / "alone");
  ASSERT_EQ(expected.size(), 4U);

  for (const int ranks : {1, 2, 4}) {
    const auto out = folder / ("ranks" + std::to_string(ranks));
    const auto run = ptqbench("run " + config + " --out " + out, ranks);
    ASSERT_EQ(run.exit_code, 0) << run.output;
    EXPECT_EQ(computed(out), expected) << ranks << " ranks";
  }

  const auto halves = folder / "halves";
  const auto first = ptqbench("run " + config + " --limit 2 --out " + halves);
  ASSERT_EQ(first.exit_code, 0) << first.output;
  const auto begun = start_times(halves);
  EXPECT_EQ(begun.size(), 2U);
  const auto second = ptqbench("run " + config + " --out " + halves, 2);
  ASSERT_EQ(second.exit_code, 0) << second.output;
  EXPECT_EQ(computed(halves), expected);
  for (const auto& [fingerprint, time] : begun) {
    EXPECT_EQ(start_times(halves).at(fingerprint), time) << "a finished cell must not run again";
  }
}

TEST(Sweep, RunsOnlyWhatChanged) {
  const TemporaryFolder folder;
  const auto out = folder / "run";
  const auto config = folder.write("small.yaml", small_sweep("seeds: [1]\n"));
  const std::string nearest = " --filter method=nearest --out " + out;
  ASSERT_EQ(ptqbench("run " + config + nearest).exit_code, 0);
  const auto again = ptqbench("run " + config + nearest);
  EXPECT_THAT(again.output, HasSubstr("1 cells, 1 already done"));
  const auto changed = ptqbench("run " + config + nearest + " --set settings.weight_range=min_max");
  EXPECT_THAT(changed.output, HasSubstr("1 cells, 0 already done"));
  EXPECT_EQ(computed(out).size(), 2U) << "the older result is kept";
}

TEST(Sweep, PlanKnowsWhatIsDone) {
  const TemporaryFolder folder;
  const auto config = folder.write("small.yaml", small_sweep());
  const std::string out = " --out " + (folder / "run");
  ASSERT_EQ(ptqbench("run " + config + " --filter method=nearest" + out).exit_code, 0);
  const auto plan = ptqbench("plan " + config + out);
  EXPECT_EQ(plan.exit_code, 0);
  EXPECT_THAT(plan.output, HasSubstr("4 cells, 1 done, 3 to do"));
}

TEST(Sweep, DryRunLeavesNothingBehind) {
  const TemporaryFolder folder;
  const auto config = folder.write("small.yaml", small_sweep());
  const auto run = ptqbench("run " + config + " --dry-run --out " + (folder / "run"));
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.output, HasSubstr("4 to do"));
  EXPECT_FALSE(std::filesystem::exists(folder / "run"));
}

TEST(Sweep, OneBadCellFailsAndTheRestGoesOn) {
  const TemporaryFolder folder;
  const auto broken = folder.write("broken.safetensors", "this is no checkpoint");
  const std::string good =
      std::string(PTQBENCH_SOURCE_DIR) + "/configs/checkpoints/resnet20_fashion_mnist.safetensors";
  const auto config = folder.write("two.yaml",
                                   "name: two\ntask: image_classification\ndataset: "
                                   "fashion_mnist\nmodels: [{name: resnet20, checkpoint: " +
                                       good + "}, {name: resnet32, checkpoint: " + broken +
                                       "}]\nbits: [w4a4]\nmethods: [nearest]\nsettings: "
                                       "{calibration_samples: 16, range_samples: 16}\n"
                                       "evaluation: {samples: 100}\nthreads: 1\n");
  const auto run = ptqbench("run " + config + " --out " + (folder / "run"), 2);
  EXPECT_EQ(run.exit_code, 1) << run.output;
  EXPECT_THAT(run.output, HasSubstr("1 of 2 cells finished, 1 failed"));
  EXPECT_THAT(run.output, HasSubstr("broken.safetensors"));
  const auto table = ptqbench("table " + (folder / "run"));
  EXPECT_EQ(table.exit_code, 0);
  EXPECT_THAT(table.output, HasSubstr("failed"));
}

TEST(Sweep, EveryTableFormatIsPrinted) {
  const TemporaryFolder folder;
  const auto config = folder.write("small.yaml", small_sweep());
  const auto out = folder / "run";
  ASSERT_EQ(ptqbench("run " + config + " --filter method=nearest --out " + out).exit_code, 0);
  EXPECT_THAT(ptqbench("table " + out).output, HasSubstr("nearest"));
  EXPECT_THAT(ptqbench("table " + out + " --format markdown").output, HasSubstr("| "));
  EXPECT_THAT(ptqbench("table " + out + " --format latex").output, HasSubstr("\\toprule"));
  EXPECT_THAT(ptqbench("table " + out + " --format csv").output,
              HasSubstr("image_classification,"));
}

}  // namespace
}  // namespace ptqbench
