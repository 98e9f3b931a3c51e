#include "results/tables/published_comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "results/tables/render.h"
#include "tests/results/sample_cells.h"

namespace ptqbench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

PublishedTable published_table(const std::string& id, SourceKind kind,
                               std::vector<PublishedValue> values) {
  PublishedTable table;
  table.id = id;
  table.caption = "caption of " + id;
  table.dataset = "fashion_mnist";
  table.metric = "top1_accuracy";
  table.source_kind = kind;
  table.source = {{"page", "p"}};
  table.values = std::move(values);
  return table;
}

PublishedValue published_value(const std::string& method, int64_t bits, double value) {
  PublishedValue published;
  published.model = "resnet20";
  published.method = method;
  published.bits = {bits, bits};
  published.value = value;
  return published;
}

/// A paper with the full-precision and the QDrop number, and a re-report of the latter with its
/// deviation, in the order of the file.
PublishedPapers papers() {
  PublishedPaper paper;
  paper.key = "paper";
  auto again = published_value("qdrop", 4, 92);
  again.standard_deviation = 0.5;
  paper.tables = {
      published_table("again", SourceKind::kSecondary, {again}),
      published_table("own", SourceKind::kPrimary,
                      {published_value("qdrop", 4, 91.125), published_value("fp", 32, 94.25)})};
  return {paper};
}

/// Two seeds of qdrop, mean 91, deviation 0.125 * sqrt(2), so a standard error of 0.125; one of
/// nearest. The model has a label.
std::vector<CellRecord> cells() {
  std::vector<CellRecord> cells = {simple_cell('1', "mine", 4, 4, "qdrop", 1, 90.875),
                                   simple_cell('2', "mine", 4, 4, "qdrop", 2, 91.125),
                                   simple_cell('3', "mine", 4, 4, "nearest", 1, 80)};
  for (auto& cell : cells) cell.registered_model = "resnet20";
  return cells;
}

AccuracyTable compared(const std::vector<CellRecord>& records,
                       const std::vector<std::string>& reproduces) {
  auto table = build_tables(records).at(0);
  add_published_numbers(table, papers(), reproduces);
  return table;
}

TEST(Compare, PutsEveryNumberBesideItsEntryNearestSourceFirst) {
  const auto table = compared(cells(), {"paper"});
  ASSERT_EQ(table.sources.size(), 2U);
  EXPECT_EQ(table.sources[0].id, "own");
  EXPECT_EQ(table.sources[0].kind, SourceKind::kPrimary);
  EXPECT_EQ(table.sources[0].description, "caption of own; page p");
  EXPECT_EQ(table.sources[1].id, "again");
  const auto& qdrop = table.rows[0].entries[0].published;
  ASSERT_EQ(qdrop.size(), 2U);
  EXPECT_EQ(qdrop[0].value, 91.125);
  EXPECT_EQ(qdrop[0].source, 0U);
  EXPECT_TRUE(std::isnan(qdrop[0].standard_deviation));
  EXPECT_EQ(qdrop[1].value, 92);
  EXPECT_EQ(qdrop[1].source, 1U);
  EXPECT_EQ(qdrop[1].standard_deviation, 0.5);
  EXPECT_THAT(table.rows[1].entries[0].published, IsEmpty());
  ASSERT_EQ(table.full_precision[0].published.size(), 1U);
  EXPECT_EQ(table.full_precision[0].published[0].value, 94.25);
  EXPECT_THAT(table.notes, IsEmpty());
}

TEST(Compare, MarksWhatIsBeyondTwoStandardErrorsOfTwoSeedsAtLeast) {
  // 0.125 away is one standard error of 0.125; 1 away is eight.
  const auto two_seeds = compared(cells(), {"paper"}).rows[0].entries[0].published;
  EXPECT_FALSE(two_seeds[0].beyond_two_standard_errors);
  EXPECT_TRUE(two_seeds[1].beyond_two_standard_errors);
  const auto one_seed = compared({cells()[0]}, {"paper"}).rows[0].entries[0].published;
  EXPECT_FALSE(one_seed[0].beyond_two_standard_errors);
  EXPECT_FALSE(one_seed[1].beyond_two_standard_errors);
}

TEST(Compare, OnlyNamedTablesCountAndUnknownOnesAreNoted) {
  const auto table = compared(cells(), {"again", "gone"});
  ASSERT_EQ(table.sources.size(), 1U);
  EXPECT_EQ(table.sources[0].id, "again");
  EXPECT_THAT(table.notes, ElementsAre("this program has no published table 'gone'"));
}

TEST(Compare, SaysWhenNothingStandsBeside) {
  auto others = cells();
  for (auto& cell : others) cell.registered_model = "other";
  const auto table = compared(others, {"own"});
  EXPECT_THAT(table.sources, IsEmpty());
  EXPECT_THAT(table.notes, ElementsAre("nothing published in own stands beside these cells"));
}

TEST(Compare, SaysWhenOursIsOfAPartOfTheData) {
  auto partial = cells();
  for (auto& cell : partial) cell.settings = {{"evaluation.samples", int64_t{100}}};
  EXPECT_THAT(compared(partial, {"own"}).notes,
              ElementsAre("ours was measured on 100 samples of the evaluation split, the published "
                          "values on all"));
  for (auto& cell : partial) cell.settings = {{"evaluation.samples", int64_t{0}}};
  EXPECT_THAT(compared(partial, {"own"}).notes, IsEmpty());
}

TEST(Compare, NumbersWithSettingsStandBesideCellsThatHaveThem) {
  auto with_setting = papers();
  with_setting[0].tables[1].settings = {{"first_last", {"qdrop"}}};
  auto records = cells();
  for (auto& cell : records) cell.settings = {{"first_last", std::string("brecq")}};
  auto table = build_tables(records).at(0);
  add_published_numbers(table, with_setting, {"own"});
  EXPECT_THAT(table.rows[0].entries[0].published, IsEmpty());
  EXPECT_EQ(table.full_precision[0].published.size(), 1U) << "full precision has no such setting";
}

TEST(Compare, WithoutNamesTheTableStaysAsItIs) {
  const auto table = compared(cells(), {});
  EXPECT_EQ(render_console(table), render_console(build_tables(cells()).at(0)));
  EXPECT_EQ(render_csv(table), render_csv(build_tables(cells()).at(0)));
}

TEST(Compare, ConsoleShowsALineForEverySource) {
  EXPECT_EQ(
      render_console(compared(cells(), {"paper"})),
      R"(classification, fashion_mnist: top1_accuracy, mean±sample standard deviation of 1 to 2 seeds

Bits  Method                                mine
fp    full precision                       94.00
      published a (primary)          94.25 -0.25

w4a4  qdrop                           91.00±0.18
      published a (primary)         91.125 -0.12
      published b (secondary)  92.00±0.50 -1.00!
w4a4  nearest                              80.00

WARNING: w4a4, mine: finished seeds differ: 1 of nearest; 2 of qdrop
published: value and difference of ours; ! beyond two standard errors of our mean
a (primary): own: caption of own; page p
b (secondary): again: caption of again; page p
)");
}

TEST(Compare, MarkdownAndLatexShowALineForEverySource) {
  const auto table = compared(cells(), {"paper"});
  const auto markdown = render_markdown(table);
  EXPECT_THAT(markdown, HasSubstr("| w4a4 | qdrop | **91.00±0.18** |\n"
                                  "|  | published a (primary) | 91.125 -0.12 |\n"
                                  "|  | published b (secondary) | 92.00±0.50 -1.00! |\n"));
  EXPECT_THAT(markdown, HasSubstr("- a (primary): own: caption of own; page p\n"));
  const auto latex = render_latex(table);
  EXPECT_THAT(latex, HasSubstr("fp & full precision & 94.00 \\\\\n"
                               " & published a (primary) & 94.25 -0.25 \\\\\n\\midrule\n"));
  EXPECT_THAT(latex, HasSubstr(" & published b (secondary) & 92.00$\\pm$0.50 -1.00! \\\\\n"));
  EXPECT_THAT(latex, HasSubstr("% b (secondary): again: caption of again; page p\n"));
}

TEST(Compare, CsvHasALineForEveryPublishedNumber) {
  const auto csv = render_csv(compared(cells(), {"paper"}));
  EXPECT_THAT(csv, HasSubstr("missing_seeds,published,published_standard_deviation,difference,"
                             "beyond_two_standard_errors,published_table,source_kind,source\n"));
  EXPECT_THAT(csv, HasSubstr("mine,91,0.1767766952966369,2,0,0,91.125,,-0.125,false,own,primary,"
                             "caption of own; page p\n"));
  EXPECT_THAT(csv, HasSubstr("mine,91,0.1767766952966369,2,0,0,92,0.5,-1,true,again,secondary,"
                             "caption of again; page p\n"));
  EXPECT_THAT(csv, HasSubstr("nearest,,mine,80,,1,0,0,,,,,,,\n"));
}

}  // namespace
}  // namespace ptqbench
