#include "results/reports/html_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/results/sample_cells.h"

namespace ptqbench {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

SweepResults results_of(std::vector<CellRecord> cells) {
  SweepResults results;
  results.tables = build_tables(cells);
  results.records = std::move(cells);
  return results;
}

/// The text of the page's JSON block.
std::string json_text(const std::string& page) {
  const std::string opening = "<script type=\"application/json\" id=\"data\">";
  const std::size_t begin = page.find(opening) + opening.size();
  return page.substr(begin, page.find("</script>", begin) - begin);
}

TEST(HtmlReport, HoldsEveryCellOnce) {
  const auto page = render_html_report(
      "sweep", results_of({full_cell(), simple_cell('1', "resnet20", 4, 4, "qdrop", 1, 90.5),
                           failed_cell('2', "resnet20", 4, 4, "qdrop", 2)}));
  const auto data = nlohmann::json::parse(json_text(page));
  ASSERT_EQ(data["cells"].size(), 3U);
  EXPECT_EQ(data["cells"][0]["units"][0]["curve"][1], nlohmann::json::array({100, 0.75}));
  EXPECT_EQ(data["cells"][0]["noise"][1]["decibels"], nullptr) << "infinite";
  EXPECT_EQ(data["cells"][1]["metric"], 90.5);
  EXPECT_EQ(data["cells"][2]["failure_reason"], "out of memory");
  EXPECT_EQ(data["cells"][2]["metric"], nullptr);
}

TEST(HtmlReport, AReasonCannotEndTheScriptElement) {
  auto cell = failed_cell('2', "resnet20", 4, 4, "qdrop", 2);
  cell.failure_reason = "</script><script>alert(1)</script> & <!-- \xff";
  const auto page = render_html_report("a<b&c", results_of({cell}));
  EXPECT_THAT(page, Not(HasSubstr("alert(1)</script>")));
  EXPECT_THAT(page, HasSubstr("<title>a&lt;b&amp;c</title>"));
  const auto data = nlohmann::json::parse(json_text(page));
  EXPECT_EQ(data["cells"][0]["failure_reason"],
            "</script><script>alert(1)</script> & <!-- \xef\xbf\xbd");
}

TEST(HtmlReport, MarksWithinTheDataStay) {
  auto cell = full_cell();
  cell.model = "@DATA@";
  const auto page = render_html_report("@TABLES@", results_of({cell}));
  EXPECT_THAT(page, HasSubstr("<title>@TABLES@</title>"));
  EXPECT_EQ(nlohmann::json::parse(json_text(page))["cells"][0]["model"], "@DATA@");
}

TEST(HtmlReport, TablesEscapeTheirNames) {
  auto cell = full_cell();
  cell.model = "a<b>&";
  EXPECT_THAT(render_html_report("sweep", results_of({cell})),
              HasSubstr("<th>a&lt;b&gt;&amp;</th>"));
}

TEST(HtmlReport, LoadsNothing) {
  const auto page = render_html_report("sweep", results_of({full_cell()}));
  for (const char* loader : {"src=", "href=", "url(", "@import", "fetch(", "XMLHttpRequest"})
    EXPECT_THAT(page, Not(HasSubstr(loader)));
}

TEST(HtmlReport, ThinsLongCurvesAndKeepsTheirEnds) {
  auto cell = full_cell();
  auto& curve = cell.units[0].loss_curve;
  curve.clear();
  for (int64_t i = 0; i < 1000; ++i) curve.push_back({i, 1.0, 1.0, 0.0});
  const auto data =
      nlohmann::json::parse(json_text(render_html_report("sweep", results_of({cell}))));
  const auto& thinned = data["cells"][0]["units"][0]["curve"];
  ASSERT_EQ(thinned.size(), kCurvePoints);
  EXPECT_EQ(thinned.front()[0], 0);
  EXPECT_EQ(thinned.back()[0], 999);
}

}  // namespace
}  // namespace ptqbench
