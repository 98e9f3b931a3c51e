#include "harness/cells/recovery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/cells/run_directory.h"
#include "harness/cells/running_marks.h"
#include "harness/plan/cell_identity.h"
#include "results/error.h"
#include "results/files/store.h"
#include "tests/helpers/files.h"

namespace ptqbench {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Two cells of a sweep and what is left of them in a run directory.
class RecoveryTest : public ::testing::Test {
 protected:
  RecoveryTest() {
    for (const char digit : {'a', 'b'}) {
      PlannedCell planned;
      planned.cell.task.name = "image_classification";
      planned.cell.task.dataset.name = "fashion_mnist";
      planned.cell.model = planned.cell.model_label = std::string("model_") + digit;
      planned.cell.method = planned.cell.method_label = "qdrop";
      planned.fingerprint = std::string(64, digit);
      plan_.push_back(planned);
    }
  }

  void finish(const PlannedCell& planned) const {
    auto record = unrun_record(planned.cell, planned.fingerprint);
    record.status = CellStatus::kFinished;
    record.metric_name = "top1_accuracy";
    record.metric = 90;
    store_.write(record);
  }

  /// An attempt that was killed after it had finished so many units more.
  void crash(const PlannedCell& planned, int units = 0) {
    marks_.begin(planned.fingerprint, 3, previous_attempts(store_, planned.fingerprint));
    for (int i = 0; i < units; ++i) {
      testing::write_bytes(unit_folder(folder_.path(), planned.fingerprint) /
                               ("unit" + std::to_string(units_++) + ".safetensors"),
                           "");
    }
  }

  std::vector<std::string> recover(const RecoveryRules& rules = {}) {
    return ptqbench::recover(folder_.path(), plan_, rules);
  }

  testing::TemporaryFolder folder_;
  CellStore store_{folder_.path()};
  RunningMarks marks_{folder_.path()};
  std::vector<PlannedCell> plan_;
  int units_ = 0;
};

TEST_F(RecoveryTest, AnEmptyDirectoryNeedsNone) {
  EXPECT_THAT(recover(), IsEmpty());
  EXPECT_EQ(pending_cells(plan_).size(), 2U);
}

TEST_F(RecoveryTest, HalfWrittenFilesOfKilledWritersAreRemoved) {
  finish(plan_[0]);
  crash(plan_[1], /*units=*/1);
  const std::filesystem::path stale[] = {
      folder_.path() / ".results.h5.17.0123abcd.tmp",
      store_.cells_dir() / ".cell.h5.17.0123abcd.tmp",
      mark_folder(folder_.path()) / ".mark.json.17.0123abcd.tmp",
      unit_folder(folder_.path(), plan_[1].fingerprint) / ".unit.safetensors.17.0123abcd.tmp"};
  for (const auto& path : stale) testing::write_bytes(path, "half");
  recover();
  for (const auto& path : stale) EXPECT_FALSE(std::filesystem::exists(path)) << path;
  EXPECT_EQ(store_.fingerprints().size(), 1U);
  EXPECT_EQ(cells_with_units(folder_.path()).size(), 1U);
}

TEST_F(RecoveryTest, ATruncatedCellFileIsSetAsideAndItsCellRunsAgain) {
  finish(plan_[0]);
  finish(plan_[1]);
  const auto path = store_.cell_path(plan_[0].fingerprint);
  const auto whole = testing::read_bytes(path);
  const auto half = whole.substr(0, whole.size() / 2);
  testing::write_bytes(path, half);
  EXPECT_THAT(recover(), ElementsAre(AllOf(HasSubstr("model_a"), HasSubstr(".h5.damaged"))));
  EXPECT_FALSE(plan_[0].done);
  EXPECT_TRUE(plan_[1].done);
  EXPECT_EQ(pending_cells(plan_), (std::vector<size_t>{0}));
  EXPECT_EQ(testing::read_bytes(path.string() + ".damaged"), half);
  EXPECT_FALSE(std::filesystem::exists(path));

  // A second one does not replace the first.
  testing::write_bytes(path, "");
  EXPECT_THAT(recover(), ElementsAre(HasSubstr(".h5.damaged.2")));
  EXPECT_EQ(testing::read_bytes(path.string() + ".damaged"), half);
  EXPECT_THAT(recover(), IsEmpty());
}

TEST_F(RecoveryTest, DamageAnywhereInACellFileIsNoticed) {
  finish(plan_[0]);
  const auto path = store_.cell_path(plan_[0].fingerprint);
  const auto whole = testing::read_bytes(path);
  int noticed = 0;
  int tried = 0;
  for (size_t at = 8; at < whole.size(); at += whole.size() / 40) {
    auto damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    testing::write_bytes(path, damaged);
    ++tried;
    noticed += recover().empty() ? 0 : 1;
  }
  // Some bytes of a file are padding.
  EXPECT_GT(noticed, tried / 2);
}

TEST_F(RecoveryTest, WhatAFinishedCellLeftIsRemoved) {
  crash(plan_[0], 2);
  finish(plan_[0]);
  crash(plan_[1], 1);
  EXPECT_THAT(recover(), IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(unit_folder(folder_.path(), plan_[0].fingerprint)));
  EXPECT_TRUE(std::filesystem::exists(unit_folder(folder_.path(), plan_[1].fingerprint)));
  EXPECT_EQ(marks_.crashed().size(), 1U);
}

TEST_F(RecoveryTest, ACellThatWasRunningInSeveralCrashesIsSetAsideAndNamed) {
  for (int i = 1; i <= 2; ++i) {
    crash(plan_[0]);
    EXPECT_THAT(recover(), IsEmpty());
    EXPECT_EQ(pending_cells(plan_).size(), 2U) << i;
  }
  crash(plan_[0]);
  EXPECT_THAT(recover(), ElementsAre(AllOf(HasSubstr("model_a"), HasSubstr("3 crashed attempts"))));
  EXPECT_EQ(pending_cells(plan_), (std::vector<size_t>{1}));
  const auto record = store_.read(plan_[0].fingerprint);
  EXPECT_EQ(record.status, CellStatus::kFailed);
  EXPECT_EQ(record.failed_stage, "crash");
  EXPECT_THAT(record.failure_reason, AllOf(HasSubstr("was running in 3 crashed attempts"),
                                           HasSubstr("rank 3"), HasSubstr("--retry-crashed")));
  EXPECT_EQ(record.attempt, 3);

  // So it stays, until it is asked for.
  plan_[0].set_aside = false;
  EXPECT_EQ(recover().size(), 1U);
  plan_[0].set_aside = false;
  EXPECT_THAT(recover({3, true}), IsEmpty());
  EXPECT_EQ(pending_cells(plan_).size(), 2U);
  EXPECT_EQ(marks_.begin(plan_[0].fingerprint, 0, 3).crashes, 0);
}

TEST_F(RecoveryTest, TheLimitIsConfigurableAndTheFilterDecides) {
  crash(plan_[0]);
  crash(plan_[1]);
  plan_[1].selected = false;
  EXPECT_EQ(recover({1, false}).size(), 1U);
  EXPECT_TRUE(plan_[0].set_aside);
  EXPECT_FALSE(plan_[1].set_aside);
  EXPECT_FALSE(std::filesystem::exists(store_.cell_path(plan_[1].fingerprint)));
}

TEST_F(RecoveryTest, AnAttemptThatFinishedAUnitIsNoSuspect) {
  crash(plan_[0]);
  crash(plan_[0]);
  crash(plan_[0], 1);
  EXPECT_THAT(recover(), IsEmpty());
  crash(plan_[0]);
  crash(plan_[0]);
  EXPECT_THAT(recover(), IsEmpty());
  crash(plan_[0]);
  EXPECT_EQ(recover().size(), 1U);
  EXPECT_EQ(store_.read(plan_[0].fingerprint).attempt, 6);
}

TEST_F(RecoveryTest, AMarkThatCannotBeReadIsOneCrash) {
  crash(plan_[0]);
  testing::write_bytes(mark_folder(folder_.path()) / (plan_[0].fingerprint + ".json"), "{\"att");
  EXPECT_EQ(marks_.crashed().at(plan_[0].fingerprint).crashes, 1);
}

TEST(RunningMarks, AreWrittenAndRemoved) {
  const testing::TemporaryFolder folder;
  const RunningMarks marks(folder.path());
  const std::string cell(64, 'c');
  EXPECT_EQ(marks.begin(cell, 5, 2).attempt, 3) << "two attempts left results";
  const auto mark = marks.crashed().at(cell);
  EXPECT_EQ(mark.last.rank, 5);
  EXPECT_FALSE(mark.last.host.empty());
  EXPECT_FALSE(mark.last.started_at.empty());
  marks.end(cell);
  EXPECT_TRUE(marks.crashed().empty());
  testing::write_bytes(folder / "file", "");
  EXPECT_THROW(RunningMarks(folder / "file").begin(cell, 0, 0), ResultsError);
}

}  // namespace
}  // namespace ptqbench
