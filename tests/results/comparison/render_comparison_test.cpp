#include "results/comparison/render_comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/results/sample_cells.h"

namespace ptqbench {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

CellRecord cell(const std::string& method, int64_t seed, double metric) {
  auto record = simple_cell('1', "resnet20", 4, 4, method, seed, metric);
  record.host = "here";
  return record;
}

/// qdrop loses a point in one seed, brecq repeats, and nearest fails now.
RunComparison with_regressions() {
  const auto a = {cell("qdrop", 1, 90), cell("brecq", 1, 85), cell("nearest", 1, 80)};
  const auto b = {cell("qdrop", 1, 89), cell("brecq", 1, 85),
                  failed_cell('1', "resnet20", 4, 4, "nearest", 1)};
  return compare_runs(a, b, {});
}

TEST(RenderComparison, ShowsWhatDiffersAndCountsWhatDoesNot) {
  const auto text = render_comparison_console(with_regressions());
  EXPECT_THAT(
      text,
      AllOf(HasSubstr("\nfashion_mnist  top1_accuracy  resnet20  w4a4  qdrop   1  90.00  89.00  "
                      "    -1.000        too few       -       -  worse (repeatable)\n"),
            HasSubstr("1 of 2 rows: all numbers are equal\n"), Not(HasSubstr("brecq"))));
}

// Two models of one seed each: Student's interval of 1 and 2 would reach from -4.9 to 7.9.
TEST(RenderComparison, TwoValuesBearNoInterval) {
  auto first = cell("qdrop", 1, 90), second = cell("qdrop", 1, 80);
  second.model = "resnet32";
  second.fingerprint = fingerprint_of('2');
  auto first_later = first, second_later = second;
  first_later.metric = 91;
  second_later.metric = 82;
  const auto comparison = compare_runs({first, second}, {first_later, second_later}, {});
  ASSERT_EQ(comparison.overall.at(0).first_count, 2);
  EXPECT_TRUE(std::isnan(comparison.overall.at(0).interval.low));
  EXPECT_THAT(render_comparison_console(comparison),
              AllOf(HasSubstr("+1.500        too few"), Not(HasSubstr("-4.9"))));
}

TEST(RenderComparison, NamesEveryRegressionAtTheEnd) {
  EXPECT_THAT(
      regressions(with_regressions()),
      ElementsAre("REGRESSION: fashion_mnist resnet20 w4a4 nearest seed 1 fails now: reconstruct: "
                  "out of memory",
                  "REGRESSION: fashion_mnist resnet20 w4a4 qdrop: top1_accuracy 90.00 to 89.00 "
                  "(-1.000, n 1, where the same program repeats the same number)"));
  const auto quiet = compare_runs({cell("qdrop", 1, 90)}, {cell("qdrop", 1, 90)}, {});
  EXPECT_THAT(regressions(quiet), IsEmpty());
  EXPECT_THAT(render_comparison_console(quiet), HasSubstr("\nno regression\n"));
  EXPECT_THAT(render_comparison_console(compare_runs({}, {}, {})),
              HasSubstr("nothing could be compared\n"));
}

TEST(RenderComparison, SaysWhatHasNoCounterpart) {
  const auto comparison =
      compare_runs({cell("qdrop", 1, 90), cell("brecq", 1, 85), cell("brecq", 2, 85)},
                   {cell("qdrop", 1, 90)}, {});
  EXPECT_THAT(
      render_comparison_console(comparison),
      HasSubstr("not compared, only in A: 2 cell(s): fashion_mnist resnet20 w4a4 brecq seed "
                "1, fashion_mnist resnet20 w4a4 brecq seed 2\n"));
}

TEST(RenderComparison, MarkdownIsOfTablesAndLists) {
  ComparisonOptions options;
  options.by = ComparedBy::kMethod;
  auto other = cell("qdrop", 1, 90);
  other.fingerprint = fingerprint_of('2');
  const auto text =
      render_comparison_markdown(compare_within_run({cell("brecq", 1, 85), other}, options));
  EXPECT_THAT(text, AllOf(StartsWith("### By model and bits\n\n| Data | Metric | Model | Bits |"),
                          HasSubstr("| qdrop - brecq | 1 | 85.00 | 90.00 | +5.000 | too few |"),
                          HasSubstr("### fashion_mnist, top1_accuracy: who wins\n"),
                          HasSubstr("| qdrop | 1/0/0 |  |\n"), HasSubstr("\n- too few seeds: ")));
}

TEST(RenderComparison, CsvHasEveryRowWithAllDigits) {
  const auto text =
      render_comparison_csv(compare_runs({cell("qdrop", 1, 90), cell("brecq", 1, 1.0 / 3)},
                                         {cell("qdrop", 1, 90), cell("brecq", 1, 0.5)}, {}));
  EXPECT_THAT(text, StartsWith("task,dataset,metric,model,bits,method,first,second,"));
  EXPECT_THAT(text, HasSubstr("resnet20,w4a4,qdrop,A,B,true,1,1,1,true,90,90,0,"));
  EXPECT_THAT(text, HasSubstr(",0.3333333333333333,0.5,0.16666666666666669,"));
}

}  // namespace
}  // namespace ptqbench
