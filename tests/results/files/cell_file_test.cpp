#include "results/files/cell_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "results/error.h"
#include "results/files/cell_layout.h"
#include "results/hdf5/hdf5_file.h"
#include "results/hdf5/hdf5_table.h"
#include "tests/results/sample_cells.h"

namespace ptqbench {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

void expect_equal(double left, double right) {
  EXPECT_TRUE(left == right || (std::isnan(left) && std::isnan(right))) << left << " " << right;
}

void expect_equal(const UnitRecord& left, const UnitRecord& right) {
  EXPECT_EQ(left.name, right.name);
  EXPECT_EQ(left.kind, right.kind);
  EXPECT_EQ(left.block, right.block);
  EXPECT_EQ(left.phase, right.phase);
  EXPECT_EQ(left.iterations, right.iterations);
  EXPECT_EQ(left.seconds, right.seconds);
  expect_equal(left.error_before, right.error_before);
  expect_equal(left.error_after, right.error_after);
  EXPECT_EQ(left.weights, right.weights);
  EXPECT_EQ(left.flipped_weights, right.flipped_weights);
  ASSERT_EQ(left.loss_curve.size(), right.loss_curve.size());
  for (std::size_t i = 0; i < left.loss_curve.size(); ++i) {
    EXPECT_EQ(left.loss_curve[i].iteration, right.loss_curve[i].iteration);
    EXPECT_EQ(left.loss_curve[i].total, right.loss_curve[i].total);
    EXPECT_EQ(left.loss_curve[i].reconstruction, right.loss_curve[i].reconstruction);
    EXPECT_EQ(left.loss_curve[i].rounding, right.loss_curve[i].rounding);
  }
}

void expect_equal(const QuantizerRecord& left, const QuantizerRecord& right) {
  EXPECT_EQ(left.name, right.name);
  EXPECT_EQ(left.unit, right.unit);
  EXPECT_EQ(left.kind, right.kind);
  EXPECT_EQ(left.bits, right.bits);
  EXPECT_EQ(left.symmetric, right.symmetric);
  EXPECT_EQ(left.granularity, right.granularity);
  EXPECT_EQ(left.range_estimator, right.range_estimator);
  EXPECT_EQ(left.scale, right.scale);
  EXPECT_EQ(left.zero_point, right.zero_point);
}

void expect_equal(const BlockNoise& left, const BlockNoise& right) {
  EXPECT_EQ(left.block, right.block);
  EXPECT_EQ(left.kind, right.kind);
  expect_equal(left.decibels, right.decibels);
}

void expect_equal(const FlatnessPoint& left, const FlatnessPoint& right) {
  EXPECT_EQ(left.data, right.data);
  EXPECT_EQ(left.samples, right.samples);
  EXPECT_EQ(left.magnitude, right.magnitude);
  EXPECT_EQ(left.directions, right.directions);
  expect_equal(left.loss, right.loss);
  expect_equal(left.loss_change, right.loss_change);
}

template <class Element>
void expect_equal(const std::vector<Element>& left, const std::vector<Element>& right) {
  ASSERT_EQ(left.size(), right.size());
  for (std::size_t i = 0; i < left.size(); ++i) expect_equal(left[i], right[i]);
}

void expect_equal(const CellRecord& left, const CellRecord& right) {
  EXPECT_EQ(left.fingerprint, right.fingerprint);
  EXPECT_EQ(left.task, right.task);
  EXPECT_EQ(left.dataset, right.dataset);
  EXPECT_EQ(left.model, right.model);
  EXPECT_EQ(left.method, right.method);
  EXPECT_EQ(left.bits, right.bits);
  EXPECT_EQ(left.seed, right.seed);
  EXPECT_EQ(left.status, right.status);
  EXPECT_EQ(left.failed_stage, right.failed_stage);
  EXPECT_EQ(left.failure_reason, right.failure_reason);
  EXPECT_EQ(left.metric_name, right.metric_name);
  EXPECT_EQ(left.higher_is_better, right.higher_is_better);
  expect_equal(left.metric, right.metric);
  expect_equal(left.full_precision_metric, right.full_precision_metric);
  EXPECT_EQ(left.further_metrics, right.further_metrics);
  EXPECT_EQ(left.seconds, right.seconds);
  EXPECT_EQ(left.stage_seconds, right.stage_seconds);
  EXPECT_EQ(left.host, right.host);
  EXPECT_EQ(left.device, right.device);
  EXPECT_EQ(left.rank, right.rank);
  EXPECT_EQ(left.threads, right.threads);
  EXPECT_EQ(left.memory_bytes, right.memory_bytes);
  EXPECT_EQ(left.started_at, right.started_at);
  EXPECT_EQ(left.attempt, right.attempt);
  EXPECT_EQ(left.settings, right.settings);
  EXPECT_EQ(left.provenance, right.provenance);
  EXPECT_EQ(left.calibration_ids, right.calibration_ids);
  expect_equal(left.units, right.units);
  EXPECT_EQ(left.held_out_ids, right.held_out_ids);
  expect_equal(left.block_noise, right.block_noise);
  expect_equal(left.flatness, right.flatness);
  expect_equal(left.quantizers, right.quantizers);
}

class CellFile : public ::testing::Test {
 protected:
  TemporaryFolder folder_;
  fs::path path_ = folder_.path() / "cell.h5";
};

TEST_F(CellFile, EveryFieldComesBack) {
  write_cell_file(path_, full_cell());
  expect_equal(read_cell_file(path_), full_cell());
}

TEST_F(CellFile, FailedCellComesBack) {
  const CellRecord failed = failed_cell('b', "resnet20", 4, 4, "qdrop", 1);
  write_cell_file(path_, failed);
  expect_equal(read_cell_file(path_), failed);
}

TEST_F(CellFile, LongCurvesAndManyChannelsComeBack) {
  CellRecord cell = full_cell();
  for (int i = 0; i < 20000; ++i) cell.units[1].loss_curve.push_back({i, 1.0 / (i + 1), 0.1, 0.2});
  for (int i = 0; i < 5000; ++i) {
    cell.quantizers[2].scale.push_back(static_cast<float>(i));
    cell.quantizers[2].zero_point.push_back(static_cast<float>(-i));
  }
  write_cell_file(path_, cell);
  expect_equal(read_cell_file(path_), cell);
}

TEST_F(CellFile, AFileWithoutNoiseRatiosAndFlatnessIsReadAsNotMeasured) {
  hdf5::MemoryFile file("older");
  {
    hdf5::Group root = file.root();
    write_format(root, "cell");
    write_cell(root, full_cell());
    for (const char* name : {"held_out_ids", "block_noise", "flatness"})
      ASSERT_GE(H5Ldelete(root.id(), name, H5P_DEFAULT), 0);
  }
  write_bytes(path_, std::string(file.finish()));
  CellRecord expected = full_cell();
  expected.held_out_ids.clear();
  expected.block_noise.clear();
  expected.flatness.clear();
  expect_equal(read_cell_file(path_), expected);
}

TEST_F(CellFile, UnitsWithoutWeightsAreReadAsHavingLearnedNoRounding) {
  hdf5::MemoryFile file("older");
  {
    hdf5::Group root = file.root();
    write_format(root, "cell");
    write_cell(root, full_cell());
    auto columns = hdf5::read_table(root, "units").columns();
    ASSERT_EQ(columns[columns.size() - 2].name, "weights");
    ASSERT_EQ(columns[columns.size() - 1].name, "flipped_weights");
    columns.resize(columns.size() - 2);
    ASSERT_GE(H5Ldelete(root.id(), "units", H5P_DEFAULT), 0);
    hdf5::write_table(root, "units", columns);
  }
  write_bytes(path_, std::string(file.finish()));
  CellRecord expected = full_cell();
  for (UnitRecord& unit : expected.units) unit.weights = unit.flipped_weights = 0;
  expect_equal(read_cell_file(path_), expected);
}

TEST_F(CellFile, HeadAgreesWithTheRecord) {
  write_cell_file(path_, full_cell());
  const CellFileHead head = read_cell_file_head(path_);
  EXPECT_EQ(head.fingerprint, fingerprint_of('a'));
  EXPECT_EQ(head.status, CellStatus::kFinished);
  EXPECT_EQ(head.attempt, 2);
}

TEST_F(CellFile, RecordsThatAreNotWellFormedAreRefusedAndNothingIsWritten) {
  CellRecord cell = full_cell();
  cell.fingerprint = "../evil";
  EXPECT_THAT([&] { write_cell_file(path_, cell); },
              ThrowsMessage<ResultsError>(HasSubstr("fingerprint '../evil'")));
  cell = full_cell();
  cell.quantizers[0].zero_point.pop_back();
  EXPECT_THAT([&] { write_cell_file(path_, cell); },
              ThrowsMessage<ResultsError>(HasSubstr("'conv1.weight' has 3 scales but 2 zero")));
  cell = full_cell();
  cell.settings.emplace_back("iterations", int64_t{1});
  EXPECT_THAT([&] { write_cell_file(path_, cell); },
              ThrowsMessage<ResultsError>(HasSubstr("'iterations' is given twice")));
  EXPECT_TRUE(fs::is_empty(folder_.path()));
}

TEST_F(CellFile, AnotherFormatVersionIsRefused) {
  hdf5::MemoryFile file("newer");
  file.root().write_attribute(kContentAttribute, std::string("ptqbench cell"));
  file.root().write_attribute(kFormatAttribute, int64_t{3});
  write_bytes(path_, std::string(file.finish()));
  EXPECT_THAT(
      [&] { read_cell_file(path_); },
      ThrowsMessage<ResultsError>(AllOf(HasSubstr(path_.string()),
                                        HasSubstr("written by format 3, this program reads 1"))));
}

TEST_F(CellFile, ForeignHdf5FilesAreRefused) {
  hdf5::MemoryFile foreign("foreign");
  write_bytes(path_, std::string(foreign.finish()));
  EXPECT_THAT([&] { read_cell_file(path_); },
              ThrowsMessage<ResultsError>(HasSubstr("not one of ptqbench's")));

  hdf5::MemoryFile results("results");
  {
    hdf5::Group root = results.root();
    write_format(root, "results");
  }
  write_bytes(path_, std::string(results.finish()));
  EXPECT_THAT([&] { read_cell_file(path_); },
              ThrowsMessage<ResultsError>(HasSubstr("holds 'ptqbench results'")));
}

TEST_F(CellFile, EveryTruncationIsAnErrorNamingTheFile) {
  write_cell_file(path_, full_cell());
  const std::string whole = read_bytes(path_);
  for (std::size_t length = 0; length < whole.size(); length += 97) {
    write_bytes(path_, whole.substr(0, length));
    EXPECT_THAT([&] { read_cell_file(path_); },
                ThrowsMessage<ResultsError>(HasSubstr(path_.string())))
        << length;
  }
}

// Padding and free space may change unnoticed; anything that carries a value may not.
TEST_F(CellFile, FlippedBytesAreAnErrorOrChangeNothing) {
  write_cell_file(path_, full_cell());
  const std::string whole = read_bytes(path_);
  std::size_t errors = 0;
  std::size_t tried = 0;
  for (std::size_t i = 0; i < whole.size(); i += 11, ++tried) {
    std::string flipped = whole;
    flipped[i] = static_cast<char>(flipped[i] ^ (1 << (i % 8)));
    write_bytes(path_, flipped);
    try {
      expect_equal(read_cell_file(path_), full_cell());
    } catch (const ResultsError&) {
      ++errors;
    }
    ASSERT_FALSE(HasFailure()) << "byte " << i << " changed the record";
  }
  EXPECT_GT(errors, tried / 2);
}

}  // namespace
}  // namespace ptqbench
