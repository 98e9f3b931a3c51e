#include "results/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "results/error.h"
#include "tests/results/sample_cells.h"

namespace ptqbench {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

class Store : public testing::Test {
 protected:
  TemporaryFolder folder_;
  CellStore store_{folder_.path() / "run"};
};

TEST_F(Store, EmptyRunDirectoryHoldsNothing) {
  EXPECT_TRUE(store_.finished_fingerprints().empty());
  EXPECT_TRUE(store_.read_all().records.empty());
}

TEST_F(Store, OnlyFinishedCellsAreFinished) {
  store_.write(simple_cell('1', "resnet20", 4, 4, "qdrop", 1, 90));
  store_.write(failed_cell('2', "resnet20", 4, 4, "qdrop", 2));
  EXPECT_THAT(store_.finished_fingerprints(), ElementsAre(fingerprint_of('1')));
  EXPECT_EQ(store_.read(fingerprint_of('2')).failure_reason, "out of memory");
}

TEST_F(Store, ASecondAttemptReplacesTheFirst) {
  store_.write(failed_cell('1', "resnet20", 4, 4, "qdrop", 1));
  store_.write(simple_cell('1', "resnet20", 4, 4, "qdrop", 1, 90));
  EXPECT_THAT(store_.finished_fingerprints(), ElementsAre(fingerprint_of('1')));
  EXPECT_EQ(store_.read_all().records.size(), 1U);
}

TEST_F(Store, UnusableFilesAreReportedAndTheOthersRead) {
  store_.write(simple_cell('1', "resnet20", 4, 4, "qdrop", 1, 90));
  store_.write(simple_cell('2', "resnet20", 4, 4, "qdrop", 2, 91));
  write_bytes(store_.cell_path(fingerprint_of('3')), "not HDF5");
  fs::copy_file(store_.cell_path(fingerprint_of('2')), store_.cell_path(fingerprint_of('4')));
  write_bytes(store_.cells_dir() / ".leftover.h5.12.tmp", "half");

  const StoredCells cells = store_.read_all();
  ASSERT_EQ(cells.records.size(), 2U);
  EXPECT_EQ(cells.records[1].metric, 91);
  ASSERT_EQ(cells.problems.size(), 2U);
  EXPECT_EQ(cells.problems[0].path, store_.cell_path(fingerprint_of('3')));
  EXPECT_THAT(cells.problems[0].message, HasSubstr("333.h5: cannot read it as an HDF5 file"));
  EXPECT_THAT(cells.problems[1].message, HasSubstr("not the one its name says"));
  EXPECT_THAT(store_.finished_fingerprints(),
              ElementsAre(fingerprint_of('1'), fingerprint_of('2')));
}

TEST_F(Store, RecordsComeSorted) {
  store_.write(simple_cell('1', "resnet20", 2, 2, "qdrop", 1, 80));
  store_.write(simple_cell('2', "resnet20", 4, 4, "qdrop", 2, 90));
  store_.write(simple_cell('3', "resnet20", 4, 4, "qdrop", 1, 91));
  std::vector<double> metrics;
  for (const auto& record : store_.read_all().records) metrics.push_back(record.metric);
  EXPECT_THAT(metrics, ElementsAre(91, 90, 80));
}

TEST_F(Store, RunDirectoryBelowAFileIsAnError) {
  write_bytes(folder_.path() / "file", "x");
  const CellStore store(folder_.path() / "file" / "run");
  EXPECT_THAT([&] { store.write(full_cell()); },
              ThrowsMessage<ResultsError>(HasSubstr("cannot create the folder")));
}

}  // namespace
}  // namespace ptqbench
