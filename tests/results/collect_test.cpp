#include "results/collect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "results/cell_columns.h"
#include "results/cell_layout.h"
#include "results/error.h"
#include "results/hdf5_file.h"
#include "results/hdf5_table.h"
#include "tests/results/sample_cells.h"

namespace ptqbench {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsNan;

std::vector<CellRecord> sample_cells() {
  return {full_cell(), failed_cell('3', "resnet20", 4, 4, "qdrop", 2),
          simple_cell('2', "mobilenet", 4, 4, "qdrop", 1, 91),
          simple_cell('1', "resnet20", 4, 4, "qdrop", 1, 90)};
}

class Collect : public testing::Test {
 protected:
  void write(const std::vector<CellRecord>& cells) const {
    for (const auto& cell : cells) CellStore(folder_.path()).write(cell);
  }

  TemporaryFolder folder_;
  fs::path results_ = folder_.path() / "results.h5";
};

TEST_F(Collect, CellsTableHasARowACellInOrder) {
  write(sample_cells());
  const CollectReport report = collect(folder_.path());
  EXPECT_EQ(report.records.size(), 4U);
  EXPECT_THAT(report.problems, IsEmpty());

  const hdf5::Group root = hdf5::InputFile(results_).root();
  check_format(root, "results");
  const hdf5::Table cells = hdf5::read_table(root, "cells");
  EXPECT_THAT(cells.column<std::string>("model"),
              ElementsAre("mobilenet", "resnet20", "resnet20", "resnet20"));
  EXPECT_THAT(cells.column<std::string>("bits"), ElementsAre("w4a4", "w4a4", "w4a4", "w2a4"));
  EXPECT_THAT(cells.column<double>("metric"), ElementsAre(91, 90, IsNan(), 100.0 / 3.0));
  EXPECT_THAT(cells.column<std::string>("status"),
              ElementsAre("finished", "finished", "failed", "finished"));
  EXPECT_THAT(cells.column<std::string>("failure_reason"),
              ElementsAre("", "", "out of memory", ""));
  EXPECT_THAT(cells.column<double>("setting_drop_probability"),
              ElementsAre(IsNan(), IsNan(), IsNan(), 0.5));
  EXPECT_THAT(cells.column<double>("further_loss"), ElementsAre(IsNan(), IsNan(), IsNan(), 0.25));
  EXPECT_THAT(cells.column<double>("seconds_calibrate"),
              ElementsAre(IsNan(), IsNan(), IsNan(), 2.5));
}

TEST_F(Collect, EachCellIsStoredWhole) {
  write(sample_cells());
  collect(folder_.path());
  const CellRecord cell = read_cell(
      hdf5::InputFile(results_).root().open_group("cell").open_group(fingerprint_of('a')));
  EXPECT_EQ(cell.settings, full_cell().settings);
  EXPECT_EQ(cell.provenance, full_cell().provenance);
  EXPECT_EQ(cell.calibration_ids, full_cell().calibration_ids);
  EXPECT_EQ(cell.units.at(0).loss_curve.size(), 2U);
  EXPECT_EQ(cell.quantizers.at(0).scale, full_cell().quantizers.at(0).scale);
}

TEST_F(Collect, AccuracyTablesAreMatricesWithLabels) {
  std::vector<CellRecord> cells = sample_cells();
  cells.push_back(simple_cell('4', "resnet20", 4, 4, "qdrop", 3, 93));
  CellRecord detection = simple_cell('5', "retinanet", 8, 8, "qdrop", 1, 36);
  detection.dataset = "coco/2017";
  cells.push_back(detection);
  cells[0].dataset = "other";
  write(cells);
  CollectOptions options;
  options.layout.models = {"resnet20", "mobilenet"};
  collect(folder_.path(), options);

  const hdf5::Group tables = hdf5::InputFile(results_).root().open_group("tables");
  EXPECT_TRUE(tables.contains("classification_coco-2017"));
  EXPECT_TRUE(tables.contains("classification_other"));
  const hdf5::Group table = tables.open_group("classification_fashion_mnist");
  EXPECT_THAT(table.read_strings("models"), ElementsAre("resnet20", "mobilenet"));
  EXPECT_THAT(hdf5::read_table(table, "rows").column<std::string>("method"), ElementsAre("qdrop"));
  EXPECT_THAT(table.open_dataset("mean").shape, ElementsAre(1, 2));
  EXPECT_THAT(table.read_doubles("mean"), ElementsAre(91.5, 91));
  // 90 and 93: deviations of 1.5, squares 4.5 over n - 1 = 1.
  EXPECT_THAT(table.read_doubles("standard_deviation"), ElementsAre(std::sqrt(4.5), IsNan()));
  EXPECT_THAT(table.read_integers("seeds"), ElementsAre(2, 1));
  EXPECT_THAT(table.read_integers("failed_seeds"), ElementsAre(1, 0));
  EXPECT_THAT(table.read_doubles("full_precision"), ElementsAre(94, 94));
}

TEST_F(Collect, SameCellsGiveTheSameBytesInWhateverOrderTheyCame) {
  std::vector<CellRecord> cells = sample_cells();
  write(cells);
  collect(folder_.path());
  const TemporaryFolder other;
  std::reverse(cells.begin(), cells.end());
  for (const auto& cell : cells) CellStore(other.path()).write(cell);
  collect(other.path());
  EXPECT_TRUE(read_bytes(results_) == read_bytes(other.path() / "results.h5"));
}

TEST_F(Collect, OnlyCellsOfThePlanAreIncluded) {
  write(sample_cells());
  CollectOptions options;
  options.fingerprints = {fingerprint_of('1'), fingerprint_of('f')};
  const CollectReport report = collect(folder_.path(), options);
  ASSERT_EQ(report.records.size(), 1U);
  EXPECT_EQ(report.records[0].fingerprint, fingerprint_of('1'));
  EXPECT_THAT(report.left_out, testing::UnorderedElementsAre(
                                   fingerprint_of('2'), fingerprint_of('3'), fingerprint_of('a')));
  EXPECT_THAT(report.absent, ElementsAre(fingerprint_of('f')));
  EXPECT_TRUE(fs::exists(CellStore(folder_.path()).cell_path(fingerprint_of('2'))));
}

TEST_F(Collect, UnreadableCellsAreReportedAndTheRestCollected) {
  write(sample_cells());
  const fs::path bad = CellStore(folder_.path()).cell_path(fingerprint_of('2'));
  write_bytes(bad, read_bytes(bad).substr(0, 1000));
  const CollectReport report = collect(folder_.path());
  EXPECT_EQ(report.records.size(), 3U);
  ASSERT_EQ(report.problems.size(), 1U);
  EXPECT_THAT(report.problems[0].message, HasSubstr(bad.string()));
}

TEST_F(Collect, EmptyRunGivesAnEmptyTable) {
  EXPECT_THAT(collect(folder_.path()).tables, IsEmpty());
  EXPECT_EQ(hdf5::read_table(hdf5::InputFile(results_).root(), "cells").rows(), 0U);
}

TEST_F(Collect, FailureLeavesTheEarlierResults) {
  write(sample_cells());
  collect(folder_.path());
  const std::string before = read_bytes(results_);
  CellRecord broken = full_cell();
  broken.quantizers[0].scale.clear();
  EXPECT_THROW(write_results_file(results_, {broken}, {}), ResultsError);
  EXPECT_TRUE(read_bytes(results_) == before);
}

TEST(CellColumns, SettingTypesAreKeptWhereAllCellsAgree) {
  CellRecord first = simple_cell('1', "a", 4, 4, "qdrop", 1, 1);
  CellRecord second = simple_cell('2', "a", 4, 4, "qdrop", 2, 1);
  first.settings = {{"count", int64_t{3}}, {"flag", true}, {"sometimes", int64_t{7}},
                    {"mixed", int64_t{1}}, {"text", 0.5},  {"flag_or_none", true}};
  second.settings = {
      {"count", int64_t{4}}, {"flag", false}, {"mixed", 0.5}, {"text", std::string("auto")}};
  const hdf5::Table table("", cell_columns({first, second}));
  EXPECT_THAT(table.column<int64_t>("setting_count"), ElementsAre(3, 4));
  EXPECT_THAT(table.column<bool>("setting_flag"), ElementsAre(true, false));
  EXPECT_THAT(table.column<double>("setting_sometimes"), ElementsAre(7, IsNan()));
  EXPECT_THAT(table.column<double>("setting_mixed"), ElementsAre(1, 0.5));
  EXPECT_THAT(table.column<double>("setting_flag_or_none"), ElementsAre(1, IsNan()));
  EXPECT_THAT(table.column<std::string>("setting_text"), ElementsAre("0.5", "auto"));
}

TEST(CellColumns, LongFailureReasonsAreCutBetweenLetters) {
  CellRecord cell = failed_cell('1', "a", 4, 4, "qdrop", 1);
  cell.failure_reason = std::string(499, 'x') + "\u00fc and more";
  const hdf5::Table table("", cell_columns({cell}));
  EXPECT_THAT(table.column<std::string>("failure_reason"),
              ElementsAre(std::string(499, 'x') + "..."));
}

}  // namespace
}  // namespace ptqbench
