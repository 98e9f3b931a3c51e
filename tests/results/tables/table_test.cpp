#include "results/tables/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/results/sample_cells.h"

namespace ptqbench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> row_names(const AccuracyTable& table) {
  std::vector<std::string> names;
  for (const TableRow& row : table.rows) {
    names.push_back(bits_label(row.bits) + " " + row.method +
                    (row.variant.empty() ? "" : " " + row.variant));
  }
  return names;
}

AccuracyTable only_table(const std::vector<CellRecord>& records, const TableLayout& layout = {}) {
  const auto tables = build_tables(records, layout);
  EXPECT_EQ(tables.size(), 1U);
  return tables.at(0);
}

CellRecord with_setting(CellRecord cell, const std::string& key, SettingValue value) {
  cell.settings.emplace_back(key, std::move(value));
  return cell;
}

TEST(Summarize, MeanAndSampleStandardDeviation) {
  // 90, 92, 97: mean 93, squares 9 + 1 + 16 = 26, over n - 1 = 2: sqrt(13).
  const TableEntry entry = summarize({90, 92, 97});
  EXPECT_DOUBLE_EQ(entry.mean, 93);
  EXPECT_DOUBLE_EQ(entry.standard_deviation, std::sqrt(13.0));
  EXPECT_EQ(entry.seeds, 3);
}

TEST(Summarize, OneValueHasNoDeviationAndNoneHasNoMean) {
  EXPECT_EQ(summarize({91.5}).mean, 91.5);
  EXPECT_TRUE(std::isnan(summarize({91.5}).standard_deviation));
  EXPECT_TRUE(std::isnan(summarize({}).mean));
  EXPECT_EQ(summarize({}).seeds, 0);
}

TEST(BuildTables, SeedsAreAveragedAndFailedOnesCounted) {
  const AccuracyTable table = only_table({simple_cell('1', "resnet20", 4, 4, "qdrop", 1, 90),
                                          simple_cell('2', "resnet20", 4, 4, "qdrop", 2, 92),
                                          failed_cell('3', "resnet20", 4, 4, "qdrop", 3),
                                          simple_cell('4', "mobilenet", 4, 4, "nearest", 1, 50)});
  EXPECT_EQ(table.task, "classification");
  EXPECT_EQ(table.dataset, "fashion_mnist");
  EXPECT_EQ(table.metric_name, "top1_accuracy");
  EXPECT_THAT(table.models, ElementsAre("resnet20", "mobilenet"));
  EXPECT_THAT(row_names(table), ElementsAre("w4a4 qdrop", "w4a4 nearest"));
  const TableEntry& entry = table.rows[0].entries[0];
  EXPECT_DOUBLE_EQ(entry.mean, 91);
  EXPECT_DOUBLE_EQ(entry.standard_deviation, std::sqrt(2.0));
  EXPECT_EQ(entry.seeds, 2);
  EXPECT_EQ(entry.failed_seeds, 1);
  EXPECT_EQ(table.rows[0].entries[1].seeds, 0);
  EXPECT_EQ(table.full_precision[0].mean, 94);
  EXPECT_EQ(table.full_precision[0].seeds, 1);
  EXPECT_THAT(table.notes, IsEmpty());
}

TEST(BuildTables, GivenOrderComesFirst) {
  TableLayout layout;
  layout.models = {"b", "absent", "a"};
  layout.bits = {"w2a2", "w4a4"};
  layout.methods = {"nearest", "adaround"};
  const AccuracyTable table = only_table(
      {simple_cell('1', "c", 3, 3, "qdrop", 1, 1), simple_cell('2', "a", 2, 4, "adaround", 1, 1),
       simple_cell('3', "b", 4, 4, "nearest", 1, 1), simple_cell('4', "b", 4, 4, "qdrop", 1, 1),
       simple_cell('5', "b", 2, 2, "adaround", 1, 1), simple_cell('6', "b", 2, 2, "nearest", 1, 1)},
      layout);
  EXPECT_THAT(table.models, ElementsAre("b", "a", "c"));
  EXPECT_THAT(row_names(table), ElementsAre("w2a2 nearest", "w2a2 adaround", "w4a4 nearest",
                                            "w4a4 qdrop", "w2a4 adaround", "w3a3 qdrop"));
}

TEST(BuildTables, CellsThatDifferInASettingAreSplitNotAveraged) {
  const auto qdrop = [](char digit, const std::string& model, int64_t bits, int64_t seed,
                        double probability, double metric) {
    return with_setting(simple_cell(digit, model, bits, bits, "qdrop", seed, metric),
                        "drop_probability", probability);
  };
  const AccuracyTable table = only_table({
      qdrop('1', "a", 4, 1, 1.0, 80),
      qdrop('2', "a", 4, 1, 0.25, 90),
      qdrop('3', "a", 4, 2, 0.25, 92),
      qdrop('4', "b", 4, 1, 0.25, 70),
      qdrop('5', "b", 2, 1, 0.5, 60),
      simple_cell('6', "a", 4, 4, "nearest", 1, 10),
  });
  EXPECT_THAT(row_names(table),
              ElementsAre("w4a4 qdrop drop_probability=0.25", "w4a4 qdrop drop_probability=1",
                          "w4a4 nearest", "w2a2 qdrop drop_probability=0.5"));
  EXPECT_EQ(table.rows[0].entries[0].mean, 91);
  EXPECT_EQ(table.rows[0].entries[0].seeds, 2);
  EXPECT_EQ(table.rows[0].entries[1].mean, 70);
  EXPECT_EQ(table.rows[1].entries[0].mean, 80);
  EXPECT_EQ(table.rows[1].entries[1].seeds, 0);
}

TEST(BuildTables, SettingsThatDifferBetweenModelsOnlyDoNotSplit) {
  const AccuracyTable table =
      only_table({with_setting(simple_cell('1', "a", 4, 4, "qdrop", 1, 80), "round_weight", 0.01),
                  with_setting(simple_cell('2', "b", 4, 4, "qdrop", 1, 90), "round_weight", 0.1)});
  EXPECT_THAT(row_names(table), ElementsAre("w4a4 qdrop"));
}

TEST(BuildTables, SettingsToAverageOverDoNotSplit) {
  const std::vector<CellRecord> records = {
      with_setting(simple_cell('1', "a", 4, 4, "qdrop", 1, 80), "calibration_seed", int64_t{1}),
      with_setting(simple_cell('2', "a", 4, 4, "qdrop", 2, 90), "calibration_seed", int64_t{2})};
  EXPECT_THAT(row_names(only_table(records)),
              ElementsAre("w4a4 qdrop calibration_seed=1", "w4a4 qdrop calibration_seed=2"));
  TableLayout layout;
  layout.averaged_settings = {"calibration_seed"};
  EXPECT_THAT(row_names(only_table(records, layout)), ElementsAre("w4a4 qdrop"));
}

TEST(BuildTables, ASettingThatOnlySomeCellsHaveSplits) {
  EXPECT_THAT(row_names(only_table(
                  {simple_cell('1', "a", 4, 4, "qdrop", 1, 80),
                   with_setting(simple_cell('2', "a", 4, 4, "qdrop", 2, 90), "new", int64_t{10}),
                   with_setting(simple_cell('3', "a", 4, 4, "qdrop", 3, 90), "new", int64_t{9})})),
              ElementsAre("w4a4 qdrop new=9", "w4a4 qdrop new=10", "w4a4 qdrop new=unset"));
}

TEST(BuildTables, TwoCheckpointsAreSplit) {
  CellRecord first = simple_cell('1', "a", 4, 4, "qdrop", 1, 80);
  CellRecord second = simple_cell('2', "a", 4, 4, "qdrop", 2, 90);
  CellRecord failed_early = failed_cell('3', "a", 4, 4, "qdrop", 3);
  first.provenance[kCheckpointHash] = fingerprint_of('c');
  second.provenance[kCheckpointHash] = fingerprint_of('c');
  EXPECT_THAT(row_names(only_table({failed_early, first, second})), ElementsAre("w4a4 qdrop"));
  second.provenance[kCheckpointHash] = fingerprint_of('d');
  EXPECT_THAT(row_names(only_table({first, second})),
              ElementsAre("w4a4 qdrop checkpoint_sha256=cccccccc",
                          "w4a4 qdrop checkpoint_sha256=dddddddd"));
}

TEST(BuildTables, ASeedRunTwiceCountsOnceAndIsNoted) {
  CellRecord old_run = simple_cell('9', "a", 4, 4, "qdrop", 1, 80);
  CellRecord new_run = simple_cell('1', "a", 4, 4, "qdrop", 1, 90);
  old_run.started_at = "2024-05-01T12:00:00Z";
  new_run.started_at = "2024-05-02T12:00:00Z";
  const AccuracyTable table =
      only_table({new_run, old_run, failed_cell('2', "a", 4, 4, "qdrop", 1)});
  EXPECT_EQ(table.rows[0].entries[0].mean, 90);
  EXPECT_EQ(table.rows[0].entries[0].seeds, 1);
  EXPECT_EQ(table.rows[0].entries[0].failed_seeds, 0);
  EXPECT_THAT(table.notes,
              ElementsAre("w4a4 qdrop, a: seed 1 was run 2 times; the last, 11111111, counts"));
}

TEST(BuildTables, DisagreeingFullPrecisionIsNoted) {
  CellRecord other = simple_cell('2', "a", 4, 4, "qdrop", 2, 90);
  other.full_precision_metric = 93;
  const AccuracyTable table = only_table({simple_cell('1', "a", 4, 4, "qdrop", 1, 80), other});
  EXPECT_EQ(table.full_precision[0].mean, 93.5);
  EXPECT_THAT(table.notes, ElementsAre(HasSubstr("full-precision metric: 93, 94")));
}

TEST(BuildTables, EachTaskDatasetAndMetricHasATable) {
  CellRecord cola = simple_cell('1', "bert", 4, 4, "qdrop", 1, 60);
  cola.task = "glue";
  cola.dataset = "cola";
  cola.metric_name = "matthews";
  CellRecord early_failure = failed_cell('2', "bert_large", 4, 4, "qdrop", 1);
  early_failure.task = "glue";
  early_failure.dataset = "cola";
  early_failure.metric_name = "";
  early_failure.full_precision_metric = kNotMeasured;
  CellRecord lost = early_failure;
  lost.dataset = "sst2";
  const auto tables =
      build_tables({early_failure, cola, lost, simple_cell('3', "resnet20", 4, 4, "qdrop", 1, 90)});
  ASSERT_EQ(tables.size(), 3U);
  EXPECT_EQ(tables[0].metric_name, "matthews");
  EXPECT_THAT(tables[0].models, ElementsAre("bert_large", "bert"));
  EXPECT_EQ(tables[0].rows[0].entries[0].failed_seeds, 1);
  EXPECT_EQ(tables[0].full_precision[0].seeds, 0);
  EXPECT_EQ(tables[1].dataset, "fashion_mnist");
  EXPECT_EQ(tables[2].dataset, "sst2");
  EXPECT_EQ(tables[2].metric_name, "");
}

TEST(BuildTables, NumbersDoNotDependOnTheOrderOfRecords) {
  std::vector<CellRecord> records;
  const std::string digits = "0123456789";
  for (int i = 0; i < 10; ++i) {
    records.push_back(simple_cell(digits[i], "a", 4, 4, "qdrop", i, 90 + std::sin(i)));
  }
  const AccuracyTable forward = only_table(records);
  std::reverse(records.begin(), records.end());
  const AccuracyTable backward = only_table(records);
  EXPECT_EQ(forward.rows[0].entries[0].mean, backward.rows[0].entries[0].mean);
  EXPECT_EQ(forward.rows[0].entries[0].standard_deviation,
            backward.rows[0].entries[0].standard_deviation);
}

TEST(BuildTables, NoRecordsNoTables) { EXPECT_THAT(build_tables({}), IsEmpty()); }

CellRecord missing_cell(CellRecord cell) {
  cell.status = CellStatus::kMissing;
  cell.metric = kNotMeasured;
  cell.full_precision_metric = kNotMeasured;
  cell.metric_name.clear();
  return cell;
}

TEST(BuildTables, MissingCellsAreCountedButSplitNoRows) {
  const AccuracyTable table =
      only_table({with_setting(simple_cell('1', "a", 4, 4, "qdrop", 1, 80), "round_weight", 0.01),
                  missing_cell(simple_cell('2', "a", 4, 4, "qdrop", 2, 0)),
                  missing_cell(simple_cell('3', "b", 4, 4, "qdrop", 1, 0)),
                  missing_cell(simple_cell('4', "a", 2, 2, "qdrop", 1, 0))});
  EXPECT_EQ(table.metric_name, "top1_accuracy");
  EXPECT_THAT(row_names(table), ElementsAre("w4a4 qdrop", "w2a2 qdrop"));
  EXPECT_EQ(table.rows[0].entries[0].seeds, 1);
  EXPECT_EQ(table.rows[0].entries[0].missing_seeds, 1);
  EXPECT_EQ(table.rows[0].entries[1].missing_seeds, 1);
  EXPECT_EQ(table.rows[1].entries[0].missing_seeds, 1);
  EXPECT_EQ(table.full_precision[1].seeds, 0);
}

TEST(BuildTables, AMissingCellOfSeveralVariantsHasARowOfItsOwn) {
  const AccuracyTable table =
      only_table({with_setting(simple_cell('1', "a", 4, 4, "qdrop", 1, 80), "round_weight", 0.01),
                  with_setting(simple_cell('2', "a", 4, 4, "qdrop", 2, 90), "round_weight", 0.1),
                  missing_cell(simple_cell('3', "a", 4, 4, "qdrop", 3, 0))});
  EXPECT_THAT(row_names(table), ElementsAre("w4a4 qdrop round_weight=0.01",
                                            "w4a4 qdrop round_weight=0.1", "w4a4 qdrop not run"));
  EXPECT_EQ(table.rows[2].entries[0].missing_seeds, 1);
}

}  // namespace
}  // namespace ptqbench
