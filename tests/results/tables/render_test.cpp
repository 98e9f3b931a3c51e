#include "results/tables/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/results/sample_cells.h"

namespace ptqbench {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Two models, two bit widths, two seeds of qdrop, one failure, one tie, one gap.
AccuracyTable sample_table() {
  TableLayout layout;
  layout.models = {"resnet20", "mobilenet_v2"};
  layout.methods = {"nearest", "brecq", "qdrop"};
  CellRecord qdrop = simple_cell('8', "resnet20", 2, 2, "qdrop", 1, 60.125);
  qdrop.settings = {{"drop_probability", 0.5}};
  CellRecord less_drop = simple_cell('9', "resnet20", 2, 2, "qdrop", 1, 61.5);
  less_drop.settings = {{"drop_probability", 0.25}};
  std::vector<CellRecord> cells = {
      simple_cell('0', "resnet20", 4, 4, "nearest", 1, 88.5),
      simple_cell('1', "resnet20", 4, 4, "brecq", 1, 93.124),
      simple_cell('2', "mobilenet_v2", 4, 4, "brecq", 1, 90),
      failed_cell('3', "mobilenet_v2", 4, 4, "nearest", 1),
      simple_cell('4', "resnet20", 4, 4, "qdrop", 1, 93.0),
      simple_cell('5', "resnet20", 4, 4, "qdrop", 2, 93.25),
      simple_cell('6', "mobilenet_v2", 4, 4, "qdrop", 1, 91),
      failed_cell('7', "mobilenet_v2", 4, 4, "qdrop", 2),
      qdrop,
      less_drop,
  };
  for (CellRecord& cell : cells) {
    if (cell.bits.weights == 4 && cell.method == "qdrop") {
      cell.settings = {{"drop_probability", 0.5}};
    }
  }
  return build_tables(cells, layout).at(0);
}

// qdrop on resnet20 at w4a4: mean 93.125 (exact, so shown as 93.12), deviation sqrt(2 * 0.125^2) =
// 0.1768; brecq's 93.124 shows the same mean.
TEST(Render, Console) {
  EXPECT_EQ(
      render_console(sample_table()),
      R"(classification, fashion_mnist: top1_accuracy, mean±sample standard deviation of 1 to 2 seeds

Bits  Method                           resnet20  mobilenet_v2
fp    full precision                      94.00         94.00

w4a4  nearest                             88.50       failed†
w4a4  brecq                               93.12         90.00
w4a4  qdrop (drop_probability=0.5)   93.12±0.18        91.00†

w2a2  qdrop (drop_probability=0.25)       61.50             -
w2a2  qdrop (drop_probability=0.5)        60.12             -

† w4a4 nearest, mobilenet_v2: 1 of 1 seeds failed
† w4a4 qdrop (drop_probability=0.5), mobilenet_v2: 1 of 2 seeds failed
WARNING: w4a4, resnet20: finished seeds differ: 1 of nearest, brecq; 2 of qdrop (drop_probability=0.5)
)");
}

TEST(Render, MarkdownSetsTheBestOfEachGroupBoldAndAllOfATie) {
  EXPECT_EQ(
      render_markdown(sample_table()),
      R"(classification, fashion_mnist: top1_accuracy, mean±sample standard deviation of 1 to 2 seeds

| Bits | Method | resnet20 | mobilenet_v2 |
|---|---|---:|---:|
| fp | full precision | 94.00 | 94.00 |
| w4a4 | nearest | 88.50 | failed† |
| w4a4 | brecq | **93.12** | 90.00 |
| w4a4 | qdrop (drop_probability=0.5) | **93.12±0.18** | **91.00**† |
| w2a2 | qdrop (drop_probability=0.25) | **61.50** | - |
| w2a2 | qdrop (drop_probability=0.5) | 60.12 | - |

- † w4a4 nearest, mobilenet_v2: 1 of 1 seeds failed
- † w4a4 qdrop (drop_probability=0.5), mobilenet_v2: 1 of 2 seeds failed
- WARNING: w4a4, resnet20: finished seeds differ: 1 of nearest, brecq; 2 of qdrop (drop_probability=0.5)
)");
}

TEST(Render, LatexEscapesAndRulesOffGroups) {
  EXPECT_EQ(
      render_latex(sample_table()),
      R"(% classification, fashion_mnist: top1_accuracy, mean±sample standard deviation of 1 to 2 seeds
\begin{tabular}{llrr}
\toprule
Bits & Method & resnet20 & mobilenet\_v2 \\
\midrule
fp & full precision & 94.00 & 94.00 \\
\midrule
w4a4 & nearest & 88.50 & failed$^\dagger$ \\
 & brecq & \textbf{93.12} & 90.00 \\
 & qdrop (drop\_probability=0.5) & \textbf{93.12$\pm$0.18} & \textbf{91.00}$^\dagger$ \\
\midrule
w2a2 & qdrop (drop\_probability=0.25) & \textbf{61.50} & - \\
 & qdrop (drop\_probability=0.5) & 60.12 & - \\
\bottomrule
\end{tabular}
% † w4a4 nearest, mobilenet_v2: 1 of 1 seeds failed
% † w4a4 qdrop (drop_probability=0.5), mobilenet_v2: 1 of 2 seeds failed
% WARNING: w4a4, resnet20: finished seeds differ: 1 of nearest, brecq; 2 of qdrop (drop_probability=0.5)
)");
}

TEST(Render, CsvHasALineAnEntryWithAllDigits) {
  EXPECT_EQ(
      render_csv(sample_table()),
      "task,dataset,metric,bits,weight_bits,activation_bits,method,variant,model,mean,"
      "standard_deviation,seeds,failed_seeds,missing_seeds\n"
      "classification,fashion_mnist,top1_accuracy,fp,,,full precision,,resnet20,94,,1,0,0\n"
      "classification,fashion_mnist,top1_accuracy,fp,,,full precision,,mobilenet_v2,94,,1,0,0\n"
      "classification,fashion_mnist,top1_accuracy,w4a4,4,4,nearest,,resnet20,88.5,,1,0,0\n"
      "classification,fashion_mnist,top1_accuracy,w4a4,4,4,nearest,,mobilenet_v2,,,0,1,0\n"
      "classification,fashion_mnist,top1_accuracy,w4a4,4,4,brecq,,resnet20,93.124,,1,0,0\n"
      "classification,fashion_mnist,top1_accuracy,w4a4,4,4,brecq,,mobilenet_v2,90,,1,0,0\n"
      "classification,fashion_mnist,top1_accuracy,w4a4,4,4,qdrop,drop_probability=0.5,resnet20,"
      "93.125,0.1767766952966369,2,0,0\n"
      "classification,fashion_mnist,top1_accuracy,w4a4,4,4,qdrop,drop_probability=0.5,"
      "mobilenet_v2,91,,1,1,0\n"
      "classification,fashion_mnist,top1_accuracy,w2a2,2,2,qdrop,drop_probability=0.25,resnet20,"
      "61.5,,1,0,0\n"
      "classification,fashion_mnist,top1_accuracy,w2a2,2,2,qdrop,drop_probability=0.5,resnet20,"
      "60.125,,1,0,0\n");
}

TEST(Render, CsvQuotesSeparatorsAndQuotes) {
  AccuracyTable table = build_tables({simple_cell('1', "a,b", 4, 4, "say \"x\"", 1, 1)}).at(0);
  EXPECT_THAT(render_csv(table), HasSubstr(R"(4,4,"say ""x""",,"a,b",1,,1,0,0)"));
}

TEST(Render, LowerIsBetterSetsTheLeastBold) {
  std::vector<CellRecord> cells = {simple_cell('1', "a", 4, 4, "nearest", 1, 10),
                                   simple_cell('2', "a", 4, 4, "qdrop", 1, 9)};
  for (auto& cell : cells) cell.higher_is_better = false;
  const std::string text = render_markdown(build_tables(cells).at(0));
  EXPECT_THAT(text, HasSubstr("(lower is better)"));
  EXPECT_THAT(text, HasSubstr("**9.00**"));
  EXPECT_THAT(text, HasSubstr("| 10.00"));
}

TEST(Render, NothingIsBoldWithoutARivalAndNanIsNeverBest) {
  const auto cell = simple_cell('1', "a", 4, 4, "nearest", 1, 10);
  EXPECT_THAT(render_markdown(build_tables({cell}).at(0)), Not(HasSubstr("**")));
  const auto diverged = simple_cell('2', "a", 4, 4, "qdrop", 1, kNotMeasured);
  const auto other = simple_cell('3', "a", 4, 4, "brecq", 1, 11);
  const std::string text = render_markdown(build_tables({cell, diverged, other}).at(0));
  EXPECT_THAT(text, HasSubstr("| nan |"));
  EXPECT_THAT(text, HasSubstr("**11.00**"));
}

TEST(Render, MarkdownAndLatexEscapeTheirOwnSigns) {
  const AccuracyTable table =
      build_tables({simple_cell('1', "a|b", 4, 4, "50%_{x}~^\\#$&", 1, 1)}).at(0);
  EXPECT_THAT(render_markdown(table), HasSubstr("a\\|b"));
  EXPECT_THAT(render_latex(table), HasSubstr("50\\%\\_\\{x\\}\\textasciitilde{}\\textasciicircum{}"
                                             "\\textbackslash{}\\#\\$\\&"));
}

TEST(Render, SaysWhatHasNotRunYet) {
  CellRecord partly = simple_cell('2', "a", 4, 4, "qdrop", 2, 0);
  CellRecord wholly = simple_cell('3', "a", 2, 2, "qdrop", 1, 0);
  for (auto* cell : {&partly, &wholly}) {
    cell->status = CellStatus::kMissing;
    cell->metric_name.clear();
  }
  const auto table =
      build_tables({simple_cell('1', "a", 4, 4, "qdrop", 1, 90), partly, wholly}).at(0);
  EXPECT_EQ(render_console(table), R"(classification, fashion_mnist: top1_accuracy

Bits  Method               a
fp    full precision   94.00

w4a4  qdrop           90.00‡

w2a2  qdrop                …

‡ w4a4 qdrop, a: 1 of 2 seeds not run yet
… not run yet
)");
  EXPECT_THAT(render_latex(table), HasSubstr("90.00$^\\ddagger$"));
  EXPECT_THAT(render_latex(table), HasSubstr("\\dots"));
  EXPECT_THAT(render_csv(table), HasSubstr("w2a2,2,2,qdrop,,a,,,0,0,1\n"));
}

}  // namespace
}  // namespace ptqbench
