#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <map>

#include "tests/harness/program/background_job.h"

namespace ptqbench {
namespace {

using testing::BackgroundJob;
using testing::computed_values;
using ::testing::HasSubstr;
using testing::ptqbench;
using testing::small_sweep;
using testing::stored_cells;
using testing::TemporaryFolder;

std::map<std::string, CellRecord> by_fingerprint(const std::string& run_dir) {
  std::map<std::string, CellRecord> cells;
  for (auto& record : stored_cells(run_dir)) cells[record.fingerprint] = record;
  return cells;
}

double relative(double value, double reference) {
  return value == reference ? 0 : std::abs(value - reference) / std::abs(reference);
}

/// The largest relative differences between two results of a cell.
struct Differences {
  double unit_error = 0;
  double scale = 0;
  /// Absolute, in percentage points.
  double metric = 0;

  void add(const CellRecord& record, const CellRecord& reference) {
    ASSERT_EQ(record.units.size(), reference.units.size());
    for (size_t u = 0; u < record.units.size(); ++u)
      unit_error = std::max(unit_error,
                            relative(record.units[u].error_after, reference.units[u].error_after));
    metric = std::max(metric, std::abs(record.metric - reference.metric));
    ASSERT_EQ(record.quantizers.size(), reference.quantizers.size());
    for (size_t q = 0; q < record.quantizers.size(); ++q) {
      const auto& scales = record.quantizers[q].scale;
      for (size_t c = 0; c < scales.size(); ++c)
        scale = std::max(scale, relative(scales[c], reference.quantizers[q].scale.at(c)));
    }
  }
};

class DevicesPerCell : public ::testing::Test {
 protected:
  std::string run(const std::string& out) const {
    return "run " + config_ + " --set devices_per_cell=2 --out " + folder_.at(out);
  }

  TemporaryFolder folder_;
  std::string config_ = folder_.write("small.yaml", small_sweep());
};

TEST_F(DevicesPerCell, TwoFindWhatOneFindsUpToTheOrderOfSums) {
  // Enough that roundings turn.
  const std::string long_enough =
      " --set settings.iterations=40 --set settings.step_iterations=20 --set "
      "settings.rounding_lr=0.01 --set settings.calibration_samples=32 --set settings.batch_size=8";
  const auto alone = ptqbench("run " + config_ + long_enough + " --out " + folder_.at("alone"));
  ASSERT_EQ(alone.exit_code, 0) << alone.output;
  const auto expected = by_fingerprint(folder_.at("alone"));
  std::map<std::string, CellRecord> one_group;
  Differences largest;
  for (const int ranks : {2, 4}) {
    const auto out = "ranks" + std::to_string(ranks);
    const auto job = ptqbench(run(out) + long_enough, ranks);
    ASSERT_EQ(job.exit_code, 0) << job.output;
    EXPECT_THAT(job.output, HasSubstr(fmt::format("{} rank(s) in groups of 2", ranks)));
    const auto cells = by_fingerprint(folder_.at(out));
    ASSERT_EQ(cells.size(), expected.size());
    for (const auto& [fingerprint, record] : cells) {
      const auto& reference = expected.at(fingerprint);
      EXPECT_EQ(record.provenance.at("devices_per_cell"), "2");
      EXPECT_EQ(record.full_precision_metric, reference.full_precision_metric);
      // Of 100 images; an undecided activation may fall to the other side of a rounding boundary.
      EXPECT_NEAR(record.metric, reference.metric, 1.01) << record.method;
      largest.add(record, reference);
      if (ranks == 2) {
        one_group[fingerprint] = record;
      } else {
        EXPECT_EQ(computed_values(record), computed_values(one_group.at(fingerprint)))
            << "two groups must give what one gives";
      }
    }
  }
  fmt::print(
      "largest difference to one device: unit error {:.1e}, scale {:.1e} (relative), metric "
      "{:.2f}\n",
      largest.unit_error, largest.scale, largest.metric);
  // Float32 sums over mini-batches in another order.
  EXPECT_LT(largest.unit_error, 1e-5);
  EXPECT_LT(largest.scale, 1e-5);
}

TEST_F(DevicesPerCell, AMemberThatIsAskedToStopStopsItsGroupWhichGoesOnLaterWithTheSameBits) {
  const auto undisturbed = ptqbench(run("undisturbed"), 2);
  ASSERT_EQ(undisturbed.exit_code, 0) << undisturbed.output;

  const auto out = folder_.path() / "stopped";
  BackgroundJob job(run("stopped"), 2, folder_.path() / "log");
  const auto finished_units = [&] {
    size_t count = 0;
    std::error_code gone;
    for (const auto& file : std::filesystem::recursive_directory_iterator(out / "partial", gone))
      count += file.path().extension() == ".safetensors" ? 1 : 0;
    return count;
  };
  ASSERT_TRUE(job.wait_until([&] { return finished_units() > 1; })) << job.output();
  const auto ranks = job.ranks();
  ASSERT_EQ(ranks.size(), 2U);
  kill(*std::max_element(ranks.begin(), ranks.end()), SIGTERM);
  const auto stopped = job.wait();
  EXPECT_EQ(stopped.exit_code, 75) << stopped.output;

  const auto rest = ptqbench(run("stopped"), 2);
  ASSERT_EQ(rest.exit_code, 0) << rest.output;
  const auto expected = by_fingerprint(folder_.at("undisturbed"));
  int64_t restored = 0;
  for (const auto& [fingerprint, record] : by_fingerprint(out.string())) {
    EXPECT_EQ(computed_values(record), computed_values(expected.at(fingerprint)));
    restored += std::stoll(record.provenance.at("restored_units"));
  }
  EXPECT_GT(restored, 0);
}

TEST_F(DevicesPerCell, RanksThatMakeNoWholeGroupsAreRefused) {
  for (const int ranks : {0, 1}) {
    const auto job = ptqbench(run("refused"), ranks);
    EXPECT_EQ(job.exit_code, 2);
    EXPECT_THAT(job.output, HasSubstr("devices_per_cell is 2, and 1 rank(s) make no whole groups"));
  }
}

}  // namespace
}  // namespace ptqbench
