#include "results/files/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "results/error.h"
#include "tests/results/sample_cells.h"

namespace ptqbench {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class Store : public ::testing::Test {
 protected:
  TemporaryFolder folder_;
  CellStore store_{folder_.path() / "run"};
};

TEST_F(Store, EmptyRunDirectoryHoldsNothing) {
  EXPECT_TRUE(store_.finished_fingerprints().empty());
  EXPECT_TRUE(store_.fingerprints().empty());
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
  EXPECT_THAT(store_.fingerprints(), ElementsAre(fingerprint_of('1')));
}

TEST_F(Store, UnusableFilesAreNotFinishedAndCannotBeRead) {
  store_.write(simple_cell('2', "resnet20", 4, 4, "qdrop", 2, 91));
  store_.write(simple_cell('1', "resnet20", 4, 4, "qdrop", 1, 90));
  write_bytes(store_.cell_path(fingerprint_of('3')), "not HDF5");
  fs::copy_file(store_.cell_path(fingerprint_of('2')), store_.cell_path(fingerprint_of('4')));
  write_bytes(store_.cells_dir() / ".leftover.h5.12.tmp", "half");
  EXPECT_THAT(store_.fingerprints(), ElementsAre(fingerprint_of('1'), fingerprint_of('2'),
                                                 fingerprint_of('3'), fingerprint_of('4')));
  EXPECT_THAT(store_.finished_fingerprints(),
              ElementsAre(fingerprint_of('1'), fingerprint_of('2')));
  EXPECT_THAT([&] { store_.read(fingerprint_of('3')); },
              ThrowsMessage<ResultsError>(HasSubstr(fingerprint_of('3'))));
  EXPECT_THAT([&] { store_.read(fingerprint_of('4')); },
              ThrowsMessage<ResultsError>(HasSubstr("not the one its name says")));
}

TEST_F(Store, RunDirectoryBelowAFileIsAnError) {
  write_bytes(folder_.path() / "file", "x");
  const CellStore store(folder_.path() / "file" / "run");
  EXPECT_THAT([&] { store.write(full_cell()); },
              ThrowsMessage<ResultsError>(HasSubstr("cannot create the folder")));
}

}  // namespace
}  // namespace ptqbench
