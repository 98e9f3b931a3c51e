#include "results/cells/cell_pairs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/results/sample_cells.h"

namespace ptqbench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

CellRecord with_setting(CellRecord cell, const std::string& key, SettingValue value) {
  cell.settings.emplace_back(key, std::move(value));
  return cell;
}

CellRecord missing_cell(char digit, int64_t seed) {
  CellRecord cell = failed_cell(digit, "resnet20", 4, 4, "qdrop", seed);
  cell.status = CellStatus::kMissing;
  cell.metric_name.clear();
  return cell;
}

CellRecord qdrop(char digit, int64_t seed, double metric) {
  return simple_cell(digit, "resnet20", 4, 4, "qdrop", seed, metric);
}

std::vector<std::string> reasons(const std::vector<UnpairedCell>& cells) {
  std::vector<std::string> texts;
  for (const auto& [cell, reason] : cells) texts.push_back(cell + ": " + reason);
  return texts;
}

TEST(PairRuns, HoldsCellsOfTheSameSeedAgainstEachOther) {
  const std::vector<CellRecord> a = {qdrop('1', 1, 90), qdrop('2', 2, 91),
                                     simple_cell('3', "resnet20", 2, 4, "qdrop", 1, 80)};
  const std::vector<CellRecord> b = {qdrop('4', 2, 92), qdrop('5', 1, 89.5),
                                     simple_cell('6', "resnet20", 2, 4, "qdrop", 1, 81)};
  const Pairing pairing = pair_runs(a, b, ComparedBy::kCommit, "");
  ASSERT_THAT(pairing.groups, SizeIs(2));
  const PairGroup& group = pairing.groups[0];
  EXPECT_EQ(group.model, "resnet20");
  EXPECT_EQ(bits_label(group.bits), "w4a4");
  EXPECT_EQ(group.method, "qdrop");
  ASSERT_THAT(group.pairs, SizeIs(2));
  EXPECT_EQ(group.pairs[0].first_value, 90);
  EXPECT_EQ(group.pairs[0].second_value, 89.5);
  EXPECT_EQ(group.pairs[1].second_value, 92);
  EXPECT_EQ(bits_label(pairing.groups[1].bits), "w2a4");
  EXPECT_THAT(pairing.unpaired, IsEmpty());
}

TEST(PairRuns, TakesTheValuesForIndependentWhereNoSeedIsInCommon) {
  const std::vector<CellRecord> a = {qdrop('1', 1, 90), qdrop('2', 2, 91)};
  const std::vector<CellRecord> b = {qdrop('3', 3, 92)};
  const Pairing pairing = pair_runs(a, b, ComparedBy::kCommit, "");
  ASSERT_THAT(pairing.groups, SizeIs(1));
  EXPECT_THAT(pairing.groups[0].pairs, IsEmpty());
  EXPECT_THAT(pairing.groups[0].first_values, ElementsAre(90, 91));
  EXPECT_THAT(pairing.groups[0].second_values, ElementsAre(92));
}

TEST(PairRuns, SaysWhyACellHasNoCounterpart) {
  const std::vector<CellRecord> a = {qdrop('1', 1, 90), qdrop('2', 2, 91), qdrop('3', 3, 91),
                                     qdrop('4', 4, 91),
                                     failed_cell('5', "resnet20", 4, 4, "qdrop", 5)};
  const std::vector<CellRecord> b = {qdrop('1', 1, 90),
                                     failed_cell('2', "resnet20", 4, 4, "qdrop", 2),
                                     missing_cell('3', 3), qdrop('5', 5, 92)};
  const Pairing pairing = pair_runs(a, b, ComparedBy::kCommit, "");
  EXPECT_THAT(reasons(pairing.newly_failed),
              ElementsAre("fashion_mnist resnet20 w4a4 qdrop seed 2: reconstruct: out of memory"));
  EXPECT_THAT(reasons(pairing.unpaired),
              ElementsAre("fashion_mnist resnet20 w4a4 qdrop seed 3: not run in B",
                          "fashion_mnist resnet20 w4a4 qdrop seed 4: only in A",
                          "fashion_mnist resnet20 w4a4 qdrop seed 5: failed in A"));
}

TEST(PairRuns, ACommitMustNotChangeSettings) {
  const auto iterations = [](char digit, int64_t count) {
    return with_setting(qdrop(digit, 1, 90), "iterations", count);
  };
  const std::vector<CellRecord> a = {iterations('1', 200)};
  const std::vector<CellRecord> b = {iterations('2', 300)};
  const Pairing by_commit = pair_runs(a, b, ComparedBy::kCommit, "");
  EXPECT_THAT(by_commit.groups, IsEmpty());
  EXPECT_THAT(reasons(by_commit.unpaired),
              ElementsAre(HasSubstr("qdrop seed 1: settings differ: iterations 200 and 300")));
  const Pairing by_setting = pair_runs(a, b, ComparedBy::kSetting, "");
  EXPECT_THAT(by_setting.groups, SizeIs(1));
  EXPECT_THAT(by_setting.notes, ElementsAre(HasSubstr("iterations 200 and 300")));
}

TEST(PairRuns, ASettingThatOnlyTheNewerProgramHasIsNoted) {
  const std::vector<CellRecord> a = {qdrop('1', 1, 90)};
  const std::vector<CellRecord> b = {with_setting(qdrop('2', 1, 91), "new", true)};
  const Pairing pairing = pair_runs(a, b, ComparedBy::kCommit, "");
  EXPECT_THAT(pairing.groups, SizeIs(1));
  EXPECT_THAT(pairing.notes, ElementsAre("only B has the setting new"));
}

TEST(PairRuns, KeepsVariantsOfAMethodApart) {
  const auto dropping = [](char digit, double probability, double metric) {
    return with_setting(qdrop(digit, 1, metric), "drop", probability);
  };
  const std::vector<CellRecord> a = {dropping('1', 0.25, 90), dropping('2', 0.5, 91)};
  const std::vector<CellRecord> b = {dropping('3', 0.5, 91.5), dropping('4', 0.25, 90.5)};
  for (const auto by : {ComparedBy::kCommit, ComparedBy::kSetting}) {
    const Pairing pairing = pair_runs(a, b, by, "");
    ASSERT_THAT(pairing.groups, SizeIs(2));
    EXPECT_EQ(pairing.groups[0].method, "qdrop (drop=0.25)");
    EXPECT_EQ(pairing.groups[0].pairs.at(0).second_value, 90.5);
    EXPECT_EQ(pairing.groups[1].method, "qdrop (drop=0.5)");
    EXPECT_EQ(pairing.groups[1].pairs.at(0).second_value, 91.5);
  }
}

TEST(PairRuns, ComparesAFurtherMetricWhereThereIsOne) {
  CellRecord first = qdrop('1', 1, 90);
  first.further_metrics["f1"] = 70;
  CellRecord second = first;
  second.further_metrics["f1"] = 71;
  const Pairing pairing =
      pair_runs({first, qdrop('2', 2, 90)}, {second, qdrop('2', 2, 90)}, ComparedBy::kCommit, "f1");
  ASSERT_THAT(pairing.groups, SizeIs(1));
  EXPECT_EQ(pairing.groups[0].metric_name, "f1");
  ASSERT_THAT(pairing.groups[0].pairs, SizeIs(1));
  EXPECT_EQ(pairing.groups[0].pairs[0].second_value, 71);
}

TEST(PairWithinRun, HoldsEveryTwoMethodsAgainstEachOther) {
  const std::vector<CellRecord> run = {simple_cell('1', "resnet20", 4, 4, "nearest", 1, 80),
                                       simple_cell('2', "resnet20", 4, 4, "brecq", 1, 85),
                                       simple_cell('3', "resnet20", 4, 4, "qdrop", 1, 90),
                                       simple_cell('4', "mobilenet", 4, 4, "qdrop", 1, 70),
                                       simple_cell('5', "mobilenet", 4, 4, "nearest", 1, 60)};
  const auto groups = pair_within_run(pointers_to(run), ComparedBy::kMethod, "");
  std::vector<std::string> sides;
  for (const auto& group : groups)
    sides.push_back(group.model + " " + group.first + " " + group.second);
  EXPECT_THAT(sides, ElementsAre("resnet20 nearest brecq", "resnet20 nearest qdrop",
                                 "resnet20 brecq qdrop", "mobilenet nearest qdrop"));
}

TEST(PairWithinRun, HoldsTheVariantsOfAMethodAgainstEachOther) {
  const std::vector<CellRecord> run = {
      with_setting(qdrop('1', 1, 90), "drop", 0.25), with_setting(qdrop('2', 1, 91), "drop", 0.5),
      with_setting(simple_cell('3', "resnet20", 4, 4, "brecq", 1, 85), "drop", 0.5)};
  const auto groups = pair_within_run(pointers_to(run), ComparedBy::kSetting, "");
  ASSERT_THAT(groups, SizeIs(1));
  EXPECT_EQ(groups[0].method, "qdrop");
  EXPECT_EQ(groups[0].first, "drop=0.25");
  EXPECT_EQ(groups[0].second, "drop=0.5");
}

TEST(IsRepeatable, NeedsTheSameFingerprintAndMachine) {
  const CellRecord cell = full_cell();
  CellRecord other = cell;
  EXPECT_TRUE(is_repeatable({&cell, &other, 1, 2}));
  other.host = "elsewhere";
  EXPECT_FALSE(is_repeatable({&cell, &other, 1, 2}));
  other = cell;
  other.fingerprint = fingerprint_of('f');
  EXPECT_FALSE(is_repeatable({&cell, &other, 1, 2}));
  // Sums over two devices have another order.
  other = cell;
  other.provenance[kDevicesPerCell] = "2";
  EXPECT_FALSE(is_repeatable({&cell, &other, 1, 2}));
  other.provenance[kDevicesPerCell] = "1";
  EXPECT_TRUE(is_repeatable({&cell, &other, 1, 2})) << "as in files that do not say";
}

}  // namespace
}  // namespace ptqbench
