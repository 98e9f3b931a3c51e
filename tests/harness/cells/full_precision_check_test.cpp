#include "harness/cells/full_precision_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/error.h"

namespace ptqbench {
namespace {

using ::testing::HasSubstr;

constexpr const char* kGate = "full_precision_gate";

CellRecord measured(double metric) {
  CellRecord record;
  record.full_precision_metric = metric;
  return record;
}

FullPrecisionGate expecting(double metric) {
  FullPrecisionGate gate;
  gate.expected = metric;
  return gate;
}

TEST(FullPrecisionCheck, PassesWithinTheTolerance) {
  for (const double metric : {70.5, 71.0, 71.5}) {
    auto record = measured(metric);
    check_full_precision(expecting(71), {0, 1000}, record);
    EXPECT_THAT(record.provenance[kGate], HasSubstr("passed"));
    EXPECT_EQ(record.provenance.count(kFullPrecisionOverride), 0U);
  }
}

TEST(FullPrecisionCheck, RefusesWithBothNumbersBeyondTheTolerance) {
  for (const double metric : {70.375, 71.625, kNotMeasured}) {
    auto record = measured(metric);
    EXPECT_THROW(check_full_precision(expecting(71), {0, 1000}, record), Error) << metric;
  }
  auto record = measured(70.25);
  try {
    check_full_precision(expecting(71), {0, 1000}, record);
    ADD_FAILURE() << "passed";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("measured 70.25, expected 71.00 within 0.5"));
  }
}

TEST(FullPrecisionCheck, ToldToContinueNotesTheOverride) {
  auto record = measured(70.25);
  auto gate = expecting(71);
  gate.on_mismatch = OnMismatch::kContinue;
  check_full_precision(gate, {0, 1000}, record);
  EXPECT_THAT(record.provenance[kGate], HasSubstr("overridden"));
  EXPECT_EQ(record.provenance[kFullPrecisionOverride], "measured 70.25, expected 71.00 within 0.5");
}

TEST(FullPrecisionCheck, AppliesToTheSamplesOfTheExpectationOnly) {
  auto record = measured(50);
  check_full_precision(expecting(71), {100, 1000}, record);
  EXPECT_EQ(record.provenance[kGate], "not applied: measured on 100 samples, expected on 1000");
  auto gate = expecting(71);
  gate.expected_samples = 100;
  EXPECT_THROW(check_full_precision(gate, {100, 1000}, record), Error);
  check_full_precision(gate, {0, 1000}, record);
  // 1000 of 1000 are all.
  EXPECT_THROW(check_full_precision(expecting(71), {1000, 1000}, record), Error);
}

TEST(FullPrecisionCheck, WithoutAnExpectationNothingIsNoted) {
  auto record = measured(50);
  check_full_precision({}, {0, 1000}, record);
  EXPECT_TRUE(record.provenance.empty());
}

// A BERT on MNLI whose classes stand in another order has 7 %.
TEST(FullPrecisionCheck, FarBelowChanceSaysSo) {
  const EvaluatedSamples mnli{0, 9815};
  EXPECT_THAT(below_chance_note(7, 100.0 / 3, mnli),
              HasSubstr("the full-precision metric 7.00 is far below chance (33.33)"));
  EXPECT_EQ(below_chance_note(84, 100.0 / 3, mnli), "");
  EXPECT_EQ(below_chance_note(30, 100.0 / 3, mnli), "") << "a constant answer";
  EXPECT_EQ(below_chance_note(7, 0, mnli), "") << "chance is not known";
  EXPECT_EQ(below_chance_note(20, 50, {10, 9815}), "") << "ten samples";
  EXPECT_NE(below_chance_note(20, 50, {100, 9815}), "");
}

}  // namespace
}  // namespace ptqbench
