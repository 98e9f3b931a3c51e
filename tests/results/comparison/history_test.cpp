#include "results/comparison/history.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "results/error.h"
#include "tests/results/sample_cells.h"

namespace ptqbench {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

/// The cells of a night of the given day: two seeds of qdrop with this mean, one of nearest.
std::vector<CellRecord> night(int day, double mean) {
  std::vector<CellRecord> cells = {simple_cell('1', "resnet20", 4, 4, "qdrop", 1, mean - 1),
                                   simple_cell('2', "resnet20", 4, 4, "qdrop", 2, mean + 1),
                                   simple_cell('3', "resnet20", 4, 4, "nearest", 1, 80),
                                   failed_cell('4', "mobilenet", 4, 4, "qdrop", 1)};
  int64_t minute = 0;
  for (auto& cell : cells) {
    cell.started_at = fmt::format("2024-05-{:02}T12:{:02}:00Z", day, minute++);
    cell.seconds = 10;
    cell.host = "node7";
    cell.provenance[kCodeVersion] = fmt::format("commit{}", day);
  }
  return cells;
}

TEST(History, KeepsMeansByLabelAndWhereTheyAreFrom) {
  const auto entry = history_entry(night(3, 91), "2024-05-03", 1);
  EXPECT_EQ(entry.date, "2024-05-03T12:02:00Z");
  EXPECT_EQ(entry.run, "2024-05-03");
  EXPECT_EQ(entry.commit, "commit3");
  EXPECT_EQ(entry.host, "node7");
  EXPECT_EQ(entry.seconds, 30);
  EXPECT_EQ(entry.compare_exit, 1);
  ASSERT_THAT(entry.cells, SizeIs(2));
  EXPECT_EQ(entry.cells[0].method, "qdrop");
  EXPECT_EQ(entry.cells[0].bits, "w4a4");
  EXPECT_EQ(entry.cells[0].mean, 91);
  EXPECT_EQ(entry.cells[0].seeds, 2);
  EXPECT_EQ(entry.cells[0].seconds, 10);
  EXPECT_THROW(history_entry({failed_cell('4', "mobilenet", 4, 4, "qdrop", 1)}, "run", 0),
               ResultsError);
}

TEST(History, IsOneLineARunInTheOrderOfDates) {
  const TemporaryFolder folder;
  const auto file = folder / "history.jsonl";
  add_to_history(file, history_entry(night(3, 91), "third", 0));
  add_to_history(file, history_entry(night(2, 92), "second", 0));
  // The same run again replaces its entry.
  add_to_history(file, history_entry(night(3, 93), "third", 1));
  const auto history = read_history(file);
  ASSERT_THAT(history, SizeIs(2));
  EXPECT_EQ(history[0].run, "second");
  EXPECT_EQ(history[1].cells[0].mean, 93);
  EXPECT_EQ(history[1].cells[0].metric_name, "top1_accuracy");
  EXPECT_EQ(history[1].compare_exit, 1);
  const auto text = read_bytes(file);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
}

TEST(History, ADamagedLineIsNamed) {
  const TemporaryFolder folder;
  const auto file = folder / "history.jsonl";
  add_to_history(file, history_entry(night(3, 91), "third", 0));
  write_bytes(file, read_bytes(file) + "{\"date\": 5}\n");
  try {
    read_history(file);
    FAIL() << "must not be read";
  } catch (const ResultsError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("history.jsonl:2: JSON, but no entry of a history"),
                                    Not(HasSubstr("json.exception"))));
  }
  write_bytes(file, "a picture\n");
  try {
    read_history(file);
    FAIL() << "must not be read";
  } catch (const ResultsError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("history.jsonl:1: no JSON from byte 1 "),
                                    Not(HasSubstr("json.exception"))));
  }
  EXPECT_THROW(read_history(folder / "none.jsonl"), ResultsError);
}

TEST(History, SeriesAreOfOneCellOverTheNightsThatHaveIt) {
  std::vector<HistoryEntry> history;
  for (int day = 1; day <= 3; ++day)
    history.push_back(history_entry(night(day, 90 + day), "run", 0));
  history[1].cells.pop_back();
  const auto series = history_series(history, "top1_accuracy");
  ASSERT_THAT(series, SizeIs(2));
  EXPECT_EQ(series[0].cell.method, "qdrop");
  EXPECT_THAT(series[0].values, ElementsAre(91, 92, 93));
  EXPECT_THAT(series[0].commits, ElementsAre("commit1", "commit2", "commit3"));
  EXPECT_THAT(series[1].values, ElementsAre(80, 80));
  EXPECT_THAT(history_series(history, kSecondsMetric).at(0).values, ElementsAre(10, 10, 10));
  EXPECT_EQ(history_series(history, kSecondsMetric).at(0).cell.metric_name, "seconds");
  EXPECT_THAT(history_series(history, ""), SizeIs(2));
  EXPECT_THAT(history_series(history, "f1"), SizeIs(0));
}

TEST(History, StepsAreToldWithDateAndCommit) {
  std::vector<HistoryEntry> history;
  for (int day = 1; day <= 20; ++day)
    history.push_back(history_entry(night(day, day < 12 ? 92 : 91.5), "run", 0));
  auto series = history_series(history, "top1_accuracy");
  find_steps(series, 0.05);
  const auto text = render_history_console(series);
  EXPECT_THAT(text, HasSubstr("step: fashion_mnist resnet20 w4a4 qdrop: 92.00 to 91.50 on "
                              "2024-05-12T12:02:00Z (commit12), p 0.00"));
  EXPECT_THAT(render_history_csv(series),
              HasSubstr("qdrop,2024-05-12T12:02:00Z,commit12,91.5,true\n"));
  series.erase(series.begin());
  EXPECT_THAT(render_history_console(series), HasSubstr("\nno step\n"));
}

}  // namespace
}  // namespace ptqbench
