#include "results/tables/warnings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "results/tables/render.h"
#include "tests/results/sample_cells.h"

namespace ptqbench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> warnings(const std::vector<CellRecord>& cells) {
  return build_tables(cells).at(0).warnings;
}

CellRecord cell(const std::string& method, int64_t seed, double metric) {
  return simple_cell('1', "resnet20", 4, 4, method, seed, metric);
}

TEST(TableWarnings, ALearnedMethodBelowNearestIsNamed) {
  EXPECT_THAT(warnings({cell("nearest", 1, 90), cell("brecq", 1, 89.5), cell("qdrop", 1, 91)}),
              ElementsAre("w4a4 brecq, resnet20: 89.50 is worse than the 90.00 of nearest "
                          "(mean of 1 common seed(s))"));
}

TEST(TableWarnings, TheMeanOverCommonSeedsDecides) {
  // Over seeds 1 and 2 brecq is better by 0.5; seed 3, which nearest lacks, does not count.
  const auto found =
      warnings({cell("nearest", 1, 90), cell("nearest", 2, 90), cell("brecq", 1, 89.5),
                cell("brecq", 2, 91.5), cell("brecq", 3, 5)});
  EXPECT_THAT(found, ElementsAre(HasSubstr("finished seeds differ")));
  EXPECT_THAT(warnings({cell("nearest", 1, 90), cell("brecq", 2, 80)}), IsEmpty());
}

TEST(TableWarnings, LowerMayBeBetter) {
  auto nearest = cell("nearest", 1, 10);
  auto brecq = cell("brecq", 1, 9);
  nearest.higher_is_better = brecq.higher_is_better = false;
  EXPECT_THAT(warnings({nearest, brecq}), IsEmpty());
  brecq.metric = 11;
  EXPECT_THAT(warnings({nearest, brecq}), ElementsAre(HasSubstr("11.00 is worse than the 10.00")));
}

TEST(TableWarnings, NearestIsKnownByItsRegisteredName) {
  auto nearest = cell("rounded", 1, 90);
  nearest.registered_method = "nearest";
  EXPECT_THAT(warnings({nearest, cell("brecq", 1, 80)}), ElementsAre(HasSubstr("of rounded")));
  // Two that learn nothing are not held against each other.
  auto other = nearest;
  other.method = "rounded otherwise";
  other.metric = 80;
  EXPECT_THAT(warnings({nearest, other}), IsEmpty());
}

TEST(TableWarnings, OverriddenGatesAreToldOncePerModel) {
  auto first = cell("nearest", 1, 90);
  first.provenance[kFullPrecisionOverride] = "measured 70.25, expected 71.00 within 0.5";
  auto second = cell("brecq", 1, 91);
  second.provenance = first.provenance;
  EXPECT_THAT(warnings({first, second}),
              ElementsAre("resnet20: the full-precision metric is not the expected one: measured "
                          "70.25, expected 71.00 within 0.5"));
}

TEST(TableWarnings, UnequalNumbersOfSeedsAreToldByMethod) {
  EXPECT_THAT(
      warnings({cell("nearest", 1, 80), cell("brecq", 1, 90), cell("brecq", 2, 90),
                cell("qdrop", 1, 91), cell("qdrop", 2, 91)}),
      ElementsAre("w4a4, resnet20: finished seeds differ: 1 of nearest; 2 of brecq, qdrop"));
  EXPECT_THAT(warnings({cell("nearest", 1, 80), cell("brecq", 1, 90)}), IsEmpty());
}

TEST(TableWarnings, StandBelowTheTableInEveryFormatForReaders) {
  const auto table = build_tables({cell("nearest", 1, 90), cell("brecq", 1, 80)}).at(0);
  EXPECT_THAT(render_console(table), HasSubstr("\nWARNING: w4a4 brecq, resnet20: 80.00 is worse"));
  EXPECT_THAT(render_markdown(table), HasSubstr("\n- WARNING: w4a4 brecq"));
  EXPECT_THAT(render_latex(table), HasSubstr("\n% WARNING: w4a4 brecq"));
}

}  // namespace
}  // namespace ptqbench
