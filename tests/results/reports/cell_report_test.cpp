#include "results/reports/cell_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/results/sample_cells.h"

namespace ptqbench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(CellReport, SaysWhatTheCellIsAndCameOutAs) {
  EXPECT_THAT(
      render_cell_report(full_cell()),
      AllOf(HasSubstr("resnet20 w2a4 qdrop seed -3, classification on fashion_mnist\n"),
            HasSubstr("fingerprint aaaa"),
            HasSubstr("top1_accuracy: 33.33, full precision 94.10, difference -60.77\n"),
            HasSubstr("further metrics: loss 0.25, top5_accuracy 99\n"),
            HasSubstr("started 2024-05-01T12:00:00Z on node7 (cpu), rank 5, 2 thread(s), attempt "
                      "2\n12.5 s, 286 MiB at most\n"),
            HasSubstr("seconds by stage: reconstruct 10.00, calibrate 2.50\n"),
            HasSubstr("settings: iterations=20000, drop_probability=0.5, weight_symmetric=true"),
            HasSubstr("code_version=1.2.3")));
}

TEST(CellReport, TellsOfEveryUnit) {
  EXPECT_THAT(
      render_cell_report(full_cell()),
      HasSubstr(
          "unit      kind   phase     error before  error after  after/before  noise dB  seconds\n"
          "layer1.0  block  rounding         0.125       0.0625         0.500      17.5     4.50\n"
          "fc        layer  steps                -            -             -       inf     0.50\n"
          "fc        layer  rounding             1            2         2.000               0.50\n"
          "errors: the phase's loss on all 3 calibration samples\n"));
}

TEST(CellReport, PutsLayersUnderTheirBlock) {
  auto cell = simple_cell('1', "resnet20", 4, 4, "adaround", 1, 90);
  cell.units = {{"a.conv1", "conv 3x3", "a", "weights", 9, 1, 2, 1, {}},
                {"a.conv2", "conv 3x3", "a", "weights", 9, 1, 4, 1, {}},
                {"elsewhere", "conv 3x3", "elsewhere", "weights", 9, 1, 4, 1, {}}};
  cell.block_noise = {{"a", "block", 12.34}, {"pool", "average pool", 11}};
  EXPECT_THAT(
      render_cell_report(cell),
      HasSubstr("\n"
                "a          block                             -            -             -  "
                "    12.3        -\n"
                "  a.conv1  conv 3x3      weights             2            1         0.500  "
                "             1.00\n"
                "  a.conv2  conv 3x3      weights             4            1         0.250  "
                "             1.00\n"
                "pool       average pool                      -            -             -  "
                "    11.0        -\n"
                "elsewhere  conv 3x3      weights             4            1         0.250  "
                "       -     1.00\n"));
}

TEST(CellReport, ShowsFlatnessOnBothKindsOfData) {
  EXPECT_THAT(
      render_cell_report(full_cell()),
      HasSubstr(
          "weights perturbed by  calibration data (64)  test data (32)\n"
          "0 (the loss)                         0.2500          0.5000\n"
          "0.01 of their norm                  +0.0010               -\n"
          "0.1 of their norm                   +0.5000               -\n"
          "change of the loss, activations in full precision, mean of 2 random direction(s)\n"));
}

TEST(CellReport, SaysWhatWasNotMeasured) {
  auto cell = full_cell();
  cell.block_noise.clear();
  cell.flatness.clear();
  EXPECT_THAT(
      render_cell_report(cell),
      AllOf(HasSubstr("layer1.0  block  rounding         0.125       0.0625         0.500  "
                      "       -     4.50\n"),
            HasSubstr("noise ratio: not measured\n"), HasSubstr("flatness: not measured\n")));
}

TEST(CellReport, FailedCellsShowStageAndReason) {
  const auto text = render_cell_report(failed_cell('b', "resnet20", 4, 4, "qdrop", 1));
  EXPECT_THAT(text, HasSubstr("failed in stage 'reconstruct': out of memory\n"
                              "top1_accuracy: full precision 94.00\n"));
  EXPECT_THAT(text, Not(HasSubstr("not measured")));
}

TEST(CellReport, MissingCellsHaveNothingElse) {
  auto cell = simple_cell('1', "resnet20", 4, 4, "qdrop", 1, 90);
  cell.status = CellStatus::kMissing;
  EXPECT_EQ(render_cell_report(cell),
            "resnet20 w4a4 qdrop seed 1, classification on fashion_mnist\nfingerprint " +
                fingerprint_of('1') + "\nhas not run yet\n");
}

}  // namespace
}  // namespace ptqbench
