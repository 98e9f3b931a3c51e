#include "results/files/collect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "results/error.h"
#include "results/files/cell_columns.h"
#include "results/files/cell_layout.h"
#include "results/files/manifest.h"
#include "results/files/store.h"
#include "results/hdf5/hdf5_file.h"
#include "results/hdf5/hdf5_table.h"
#include "tests/results/sample_cells.h"

namespace ptqbench {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsNan;

std::vector<CellRecord> sample_cells() {
  return {full_cell(), failed_cell('3', "resnet20", 4, 4, "qdrop", 2),
          simple_cell('2', "mobilenet", 4, 4, "qdrop", 1, 91),
          simple_cell('1', "resnet20", 4, 4, "qdrop", 1, 90)};
}

class Collect : public ::testing::Test {
 protected:
  /// Cell files and a manifest of just these, in this order.
  static void write(const std::vector<CellRecord>& cells, const fs::path& run_dir) {
    for (const auto& cell : cells) CellStore(run_dir).write(cell);
    write_manifest(run_dir, {cells, {}});
  }
  void write(const std::vector<CellRecord>& cells) const { write(cells, folder_.path()); }

  SweepResults collect() const {
    auto results = read_results(folder_.path());
    write_results(folder_.path(), results);
    return results;
  }

  TemporaryFolder folder_;
  fs::path results_ = folder_.path() / "results.h5";
};

TEST_F(Collect, CellsTableHasARowACellInTheOrderOfTheManifest) {
  write(sample_cells());
  const SweepResults report = collect();
  EXPECT_EQ(report.records.size(), 4U);
  EXPECT_THAT(report.problems, IsEmpty());

  const hdf5::Group root = hdf5::InputFile(results_).root();
  check_format(root, "results");
  const hdf5::Table cells = hdf5::read_table(root, "cells");
  EXPECT_THAT(cells.column<std::string>("model"),
              ElementsAre("resnet20", "resnet20", "mobilenet", "resnet20"));
  EXPECT_THAT(cells.column<std::string>("bits"), ElementsAre("w2a4", "w4a4", "w4a4", "w4a4"));
  EXPECT_THAT(cells.column<double>("metric"), ElementsAre(100.0 / 3.0, IsNan(), 91, 90));
  EXPECT_THAT(cells.column<std::string>("status"),
              ElementsAre("finished", "failed", "finished", "finished"));
  EXPECT_THAT(cells.column<std::string>("failure_reason"),
              ElementsAre("", "out of memory", "", ""));
  EXPECT_THAT(cells.column<double>("setting_drop_probability"),
              ElementsAre(0.5, IsNan(), IsNan(), IsNan()));
  EXPECT_THAT(cells.column<double>("further_loss"), ElementsAre(0.25, IsNan(), IsNan(), IsNan()));
  EXPECT_THAT(cells.column<double>("seconds_calibrate"),
              ElementsAre(2.5, IsNan(), IsNan(), IsNan()));
  EXPECT_THAT(cells.column<double>("noise_ratio"),
              ElementsAre(std::numeric_limits<double>::infinity(), IsNan(), IsNan(), IsNan()));
  EXPECT_THAT(cells.column<double>("loss_change_calibration_0.1"),
              ElementsAre(0.5, IsNan(), IsNan(), IsNan()));
}

TEST_F(Collect, EachCellIsStoredWhole) {
  write(sample_cells());
  collect();
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
  collect();

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

TEST_F(Collect, CellsNameTheVariantOfTheirRow) {
  std::vector<CellRecord> cells = {simple_cell('1', "resnet20", 4, 4, "qdrop", 1, 90),
                                   simple_cell('2', "resnet20", 4, 4, "qdrop", 2, 91),
                                   simple_cell('3', "resnet20", 4, 4, "nearest", 1, 80)};
  cells[0].settings.emplace_back("drop_probability", 0.5);
  cells[1].settings.emplace_back("drop_probability", 0.25);
  write(cells);
  collect();
  const hdf5::Table table = hdf5::read_table(hdf5::InputFile(results_).root(), "cells");
  EXPECT_THAT(table.column<std::string>("variant"),
              ElementsAre("drop_probability=0.5", "drop_probability=0.25", ""));
}

TEST_F(Collect, TheManifestKeepsWhatTheSweepReproducesAndRegisteredNames) {
  auto cell = simple_cell('1', "mine", 4, 4, "half", 1, 90);
  CellStore(folder_.path()).write(cell);
  cell.registered_model = "resnet20";
  cell.registered_method = "qdrop";
  write_manifest(folder_.path(), {{cell}, {"own", "again"}});
  const auto results = read_results(folder_.path());
  EXPECT_THAT(results.reproduces, ElementsAre("own", "again"));
  EXPECT_EQ(results.records.at(0).model, "mine");
  EXPECT_EQ(registered_model(results.records.at(0)), "resnet20");
  EXPECT_EQ(registered_method(results.records.at(0)), "qdrop");
}

TEST_F(Collect, AManifestOfAnEarlierProgramReproducesNothing) {
  write(sample_cells());
  const auto cell = simple_cell('1', "resnet20", 4, 4, "qdrop", 1, 90);
  hdf5::MemoryFile file("manifest");
  {
    auto root = file.root();
    write_format(root, "manifest");
    auto columns = identity_columns({cell});
    columns.resize(columns.size() - 2);
    ASSERT_EQ(columns.back().name, "seed");
    hdf5::write_table(root, "cells", columns);
  }
  write_bytes(manifest_path(folder_.path()), std::string(file.finish()));
  const auto results = read_results(folder_.path());
  EXPECT_THAT(results.reproduces, IsEmpty());
  EXPECT_EQ(registered_model(results.records.at(0)), "resnet20");
}

TEST_F(Collect, PublishedNumbersAreATableOfTheirOwn) {
  write({simple_cell('1', "resnet20", 4, 4, "qdrop", 1, 90)});
  auto results = read_results(folder_.path());
  results.tables[0].sources = {{"own", SourceKind::kPrimary, "text"}};
  results.tables[0].full_precision[0].published = {{94.25, kNotMeasured, 0, false}};
  results.tables[0].rows[0].entries[0].published = {{91, 0.5, 0, true}};
  write_results(folder_.path(), results);
  const auto root = hdf5::InputFile(results_).root();
  const auto published = hdf5::read_table(
      root.open_group("tables").open_group("classification_fashion_mnist"), "published");
  EXPECT_THAT(published.column<int64_t>("row"), ElementsAre(-1, 0));
  EXPECT_THAT(published.column<int64_t>("model"), ElementsAre(0, 0));
  EXPECT_THAT(published.column<double>("value"), ElementsAre(94.25, 91));
  EXPECT_THAT(published.column<double>("standard_deviation"), ElementsAre(IsNan(), 0.5));
  EXPECT_THAT(published.column<bool>("beyond_two_standard_errors"), ElementsAre(false, true));
  EXPECT_THAT(published.column<std::string>("table"), ElementsAre("own", "own"));
  EXPECT_THAT(published.column<std::string>("source_kind"), ElementsAre("primary", "primary"));
}

TEST_F(Collect, SummariesLeaveOutWhatACellHasMuchOf) {
  write(sample_cells());
  const auto whole = read_results(folder_.path());
  const auto summaries = read_result_summaries(folder_.path());
  ASSERT_EQ(summaries.records.size(), whole.records.size());
  for (std::size_t i = 0; i < whole.records.size(); ++i) {
    const CellRecord& summary = summaries.records[i];
    EXPECT_TRUE(summary.calibration_ids.empty() && summary.units.empty() &&
                summary.quantizers.empty());
    EXPECT_EQ(summary.settings, whole.records[i].settings);
    EXPECT_EQ(summary.failure_reason, whole.records[i].failure_reason);
    EXPECT_EQ(summary.block_noise.size(), whole.records[i].block_noise.size());
  }
  EXPECT_FALSE(std::all_of(whole.records.begin(), whole.records.end(),
                           [](const CellRecord& record) { return record.units.empty(); }));
}

TEST_F(Collect, SummariesAreWrittenAsTheWholeCellsAre) {
  write(sample_cells());
  collect();
  const std::string from_whole = read_bytes(results_);
  write_results(folder_.path(), read_result_summaries(folder_.path()));
  EXPECT_TRUE(from_whole == read_bytes(results_));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator()), 3)
      << "cells, manifest, results";
}

TEST_F(Collect, ACellThatBecameUnreadableIsWrittenAsFarAsItIsKnown) {
  write(sample_cells());
  const auto summaries = read_result_summaries(folder_.path());
  const fs::path bad = CellStore(folder_.path()).cell_path(full_cell().fingerprint);
  write_bytes(bad, "damaged");
  EXPECT_THAT(write_results(folder_.path(), summaries), ElementsAre(HasSubstr(bad.string())));
  EXPECT_EQ(read_results_file(results_).records.at(0).metric, full_cell().metric);
}

TEST_F(Collect, SameCellsGiveTheSameBytesInWhateverOrderTheyCame) {
  std::vector<CellRecord> cells = sample_cells();
  write(cells);
  collect();
  const std::string first = read_bytes(results_);
  const TemporaryFolder other;
  std::reverse(cells.begin(), cells.end());
  for (const auto& cell : cells) CellStore(other.path()).write(cell);
  fs::copy_file(manifest_path(folder_.path()), manifest_path(other.path()));
  write_results(other.path(), read_results(other.path()));
  EXPECT_TRUE(first == read_bytes(other.path() / "results.h5"));
}

TEST_F(Collect, OnlyCellsOfTheManifestAreIncluded) {
  write(sample_cells());
  const CellRecord absent = simple_cell('f', "resnet20", 4, 4, "brecq", 1, 0);
  write_manifest(folder_.path(), {{absent, simple_cell('1', "resnet20", 4, 4, "qdrop", 1, 0)}, {}});
  const SweepResults report = collect();
  ASSERT_EQ(report.records.size(), 2U);
  EXPECT_EQ(report.records[0].status, CellStatus::kMissing);
  EXPECT_EQ(report.records[0].fingerprint, fingerprint_of('f'));
  EXPECT_EQ(report.records[1].metric, 90);
  EXPECT_EQ(report.other_cells, 3U);
  EXPECT_EQ(report.count(CellStatus::kMissing), 1U);
  EXPECT_TRUE(fs::exists(CellStore(folder_.path()).cell_path(fingerprint_of('2'))));

  const hdf5::Group root = hdf5::InputFile(results_).root();
  EXPECT_THAT(hdf5::read_table(root, "cells").column<std::string>("fingerprint"),
              ElementsAre(fingerprint_of('1')));
  EXPECT_THAT(hdf5::read_table(root, "missing").column<std::string>("method"),
              ElementsAre("brecq"));
  const hdf5::Group table = root.open_group("tables").open_group("classification_fashion_mnist");
  EXPECT_THAT(hdf5::read_table(table, "rows").column<std::string>("method"),
              ElementsAre("brecq", "qdrop"));
  EXPECT_THAT(table.read_integers("missing_seeds"), ElementsAre(1, 0));
}

TEST_F(Collect, CellsGoByTheNamesOfTheManifest) {
  write({simple_cell('1', "resnet20", 4, 4, "qdrop", 1, 90)});
  write_manifest(folder_.path(), {{simple_cell('1', "mine", 4, 4, "half", 1, 0)}, {}});
  const SweepResults report = collect();
  EXPECT_THAT(report.tables.at(0).models, ElementsAre("mine"));
  EXPECT_EQ(report.tables.at(0).rows.at(0).method, "half");
  const hdf5::Group root = hdf5::InputFile(results_).root();
  EXPECT_THAT(hdf5::read_table(root, "cells").column<std::string>("model"), ElementsAre("mine"));
  EXPECT_EQ(read_cell(root.open_group("cell").open_group(fingerprint_of('1'))).method, "half");
}

TEST_F(Collect, ResultsFilesAreReadBack) {
  auto cells = sample_cells();
  cells[3].registered_model = "resnet";
  write(cells);
  CellRecord unrun = simple_cell('9', "resnet20", 4, 4, "brecq", 7, 0);
  write_manifest(folder_.path(), {{cells[3], unrun, cells[1]}, {}});
  const auto expected = collect();
  const auto read = read_results_file(results_);
  ASSERT_EQ(read.records.size(), 3U);
  EXPECT_EQ(read.records[0].fingerprint, cells[3].fingerprint);
  EXPECT_EQ(read.records[0].metric, 90);
  EXPECT_EQ(read.records[0].registered_model, "resnet");
  EXPECT_EQ(read.records[1].status, CellStatus::kFailed);
  EXPECT_EQ(read.records[2].status, CellStatus::kMissing);
  EXPECT_EQ(read.records[2].seed, 7);
  ASSERT_EQ(read.tables.size(), 1U);
  EXPECT_EQ(read.tables[0].rows.size(), expected.tables.at(0).rows.size());
  EXPECT_THROW(read_results_file(folder_.path() / "manifest.h5"), ResultsError);
}

TEST_F(Collect, WithoutAManifestItIsNoRunDirectory) {
  CellStore(folder_.path()).write(full_cell());
  EXPECT_THAT([&] { read_results(folder_.path()); },
              ::testing::ThrowsMessage<ResultsError>(HasSubstr("manifest.h5")));
}

TEST_F(Collect, UnreadableCellsAreReportedAndTheRestCollected) {
  write(sample_cells());
  const fs::path bad = CellStore(folder_.path()).cell_path(fingerprint_of('2'));
  write_bytes(bad, read_bytes(bad).substr(0, 1000));
  const SweepResults report = collect();
  EXPECT_EQ(report.count(CellStatus::kMissing), 1U);
  EXPECT_EQ(report.records.size(), 4U);
  EXPECT_THAT(report.problems, ElementsAre(HasSubstr(bad.string())));
}

TEST_F(Collect, EmptyRunGivesAnEmptyTable) {
  write(std::vector<CellRecord>());
  EXPECT_THAT(collect().tables, IsEmpty());
  EXPECT_EQ(hdf5::read_table(hdf5::InputFile(results_).root(), "cells").rows(), 0U);
}

TEST_F(Collect, FailureLeavesTheEarlierResults) {
  write(sample_cells());
  collect();
  const std::string before = read_bytes(results_);
  SweepResults broken;
  broken.records = {full_cell()};
  // Without a file, so that it is written as it is here.
  broken.records[0].fingerprint = fingerprint_of('e');
  broken.records[0].quantizers[0].scale.clear();
  EXPECT_THROW(write_results(folder_.path(), broken), ResultsError);
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

// Byte 8 is the version of the superblock; libraries of HDF5 1.8 read up to 2.
TEST_F(Collect, AnExportForOlderReadersHoldsTheSame) {
  write(sample_cells());
  const auto results = collect();
  EXPECT_EQ(testing::read_bytes(results_).at(8), 3);
  for (const auto& [format, version] :
       {std::pair(hdf5::FileFormat::kV18, 2), std::pair(hdf5::FileFormat::kV110, 3)}) {
    const auto file = folder_.path() / "export.h5";
    write_results_file(file, results, format);
    EXPECT_EQ(testing::read_bytes(file).at(8), version);
    const auto back = read_results_file(file);
    ASSERT_EQ(back.records.size(), results.records.size());
    for (size_t i = 0; i < back.records.size(); ++i) {
      EXPECT_EQ(back.records[i].fingerprint, results.records[i].fingerprint);
      EXPECT_EQ(back.records[i].settings, results.records[i].settings);
    }
  }
}

}  // namespace
}  // namespace ptqbench
