#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "results/files/collect.h"
#include "results/files/manifest.h"
#include "results/files/store.h"
#include "tests/harness/program/program.h"

namespace ptqbench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::ptqbench;
using testing::read_bytes;
using ::testing::StartsWith;
using testing::TemporaryFolder;

class Compare : public ::testing::Test {
 protected:
  /// A run of three seeds of two methods; qdrop has these metrics.
  std::string write_run(const std::string& name, const std::vector<double>& qdrop) {
    std::vector<CellRecord> cells;
    for (std::size_t i = 0; i < qdrop.size(); ++i) {
      cells.push_back(cell("nearest", static_cast<int64_t>(i), 80));
      cells.push_back(cell("qdrop", static_cast<int64_t>(i), qdrop[i]));
    }
    const auto run = folder_.at(name);
    std::filesystem::create_directories(run);
    for (const auto& record : cells) CellStore(run).write(record);
    write_manifest(run, {cells, {}});
    return run;
  }

  static CellRecord cell(const std::string& method, int64_t seed, double metric) {
    CellRecord record;
    record.fingerprint =
        fmt::format("{:0>64}", fmt::format("{}{}", method == "qdrop" ? 1 : 0, seed));
    record.task = "image_classification";
    record.dataset = "fashion_mnist";
    record.model = "resnet20";
    record.method = method;
    record.bits = {4, 4};
    record.seed = seed;
    record.metric_name = "top1_accuracy";
    record.metric = metric;
    record.host = "here";
    record.started_at = fmt::format("2024-05-01T12:00:0{}Z", seed);
    record.provenance["code_version"] = "abc123";
    return record;
  }

  TemporaryFolder folder_;
};

TEST_F(Compare, ExitsWithOneForARegressionAndNamesIt) {
  const auto a = write_run("a", {90, 91, 92});
  const auto b = write_run("b", {89, 89.9, 91.1});
  const auto same = ptqbench("compare " + a + " " + a);
  EXPECT_EQ(same.exit_code, 0) << same.output;
  EXPECT_THAT(same.output, HasSubstr("no regression"));
  const auto worse = ptqbench("compare " + a + " " + b);
  EXPECT_EQ(worse.exit_code, 1) << worse.output;
  EXPECT_THAT(worse.output,
              AllOf(HasSubstr("REGRESSION: fashion_mnist resnet20 w4a4 qdrop: top1_accuracy"),
                    HasSubstr("6 of 6 cells finished, program abc123")));
  EXPECT_EQ(ptqbench("compare " + b + " " + a).exit_code, 0);
  EXPECT_EQ(ptqbench("compare " + a + " " + b + " --tolerance top1_accuracy=1.5").exit_code, 0);
  EXPECT_EQ(ptqbench("compare " + a + " " + b + " --filter method=nearest").exit_code, 0);
}

TEST_F(Compare, MethodsMayLieInTwoRuns) {
  const auto a = write_run("a", {90, 91, 92});
  const auto b = write_run("b", {89, 89.9, 91.1});
  const auto apart = ptqbench("compare " + a + " " + b + " --by method --filter 'method=nearest'");
  EXPECT_EQ(apart.exit_code, 3) << "one method has nothing to be held against";
  std::filesystem::remove_all(a + "/cells");
  std::filesystem::create_directories(a + "/cells");
  std::vector<CellRecord> cells;
  for (int64_t seed = 0; seed < 3; ++seed) {
    cells.push_back(cell("adaround", seed, 85 + static_cast<double>(seed)));
    CellStore(a).write(cells.back());
  }
  write_manifest(a, {cells, {}});
  const auto together = ptqbench("compare " + a + " " + b + " --by method");
  EXPECT_EQ(together.exit_code, 0) << together.output;
  EXPECT_THAT(together.output, AllOf(HasSubstr("adaround"), HasSubstr("nearest"),
                                     HasSubstr("qdrop"), HasSubstr("6 of 6 cells finished")));
}

TEST_F(Compare, ReadsResultsFiles) {
  const auto a = write_run("a", {90, 91, 92});
  write_results(a, read_results(a));
  const auto b = write_run("b", {89, 89.9, 91.1});
  EXPECT_EQ(ptqbench("compare " + a + "/results.h5 " + b).exit_code, 1);
}

TEST_F(Compare, ExitsWithThreeWhereNothingIsInCommon) {
  const auto a = write_run("a", {90, 91, 92});
  const auto none = ptqbench("compare " + a + " " + write_run("none", {}));
  EXPECT_EQ(none.exit_code, 3) << none.output;
  EXPECT_THAT(none.output, HasSubstr("nothing could be compared"));
}

TEST_F(Compare, HoldsMethodsOfOneRunAgainstEachOther) {
  const auto outcome = ptqbench("compare " + write_run("a", {70, 71, 72}) + " --format markdown");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  EXPECT_THAT(outcome.output, AllOf(HasSubstr("| qdrop - nearest | 3 | 80.00 | 71.00 | -9.000 |"),
                                    HasSubstr("| nearest |  | 1/0/0 |")));
}

TEST_F(Compare, RefusesWhatItCannotMean) {
  const auto a = write_run("a", {90});
  const auto refused = [&](const std::string& arguments, const std::string& why) {
    const auto outcome = ptqbench("compare " + a + " " + arguments);
    EXPECT_EQ(outcome.exit_code, 2) << arguments;
    EXPECT_THAT(outcome.output, HasSubstr(why));
  };
  refused("--by commit", "--by commit compares two runs, and one is given");
  refused("--metric top1", "no cell has the metric 'top1'");
  refused("--tolerance top2_accuracy=1", "did you mean 'top1_accuracy'?");
  refused("--tolerance top1_accuracy=-1", "expected METRIC=NUMBER or NUMBER, at least 0");
  refused(folder_.at("none"), "there is no run directory");
}

TEST_F(Compare, TablesAndReportsWarnOfALearnedMethodBelowNearest) {
  const auto a = write_run("a", {70, 71, 72});
  const std::string warning =
      "WARNING: w4a4 qdrop, resnet20: 71.00 is worse than the 80.00 of nearest (mean of 3 common "
      "seed(s))";
  EXPECT_THAT(ptqbench("table " + a).output, HasSubstr(warning));
  EXPECT_THAT(ptqbench("table " + a + " --format markdown").output, HasSubstr("- " + warning));
  EXPECT_THAT(ptqbench("report " + a + " qdrop seed 1").output, HasSubstr(warning));
  EXPECT_THAT(ptqbench("table " + write_run("b", {90, 91, 92})).output, Not(HasSubstr("WARNING")));
}

TEST_F(Compare, ExportsCells) {
  const auto a = write_run("a", {90});
  const auto csv = ptqbench("export " + a + " 2>/dev/null");
  EXPECT_EQ(csv.exit_code, 0);
  EXPECT_THAT(csv.output, AllOf(StartsWith("fingerprint,task,dataset,model,bits,"),
                                HasSubstr(",provenance_code_version\n"), HasSubstr(",abc123\n")));
  const auto file = folder_.at("cells.json");
  EXPECT_EQ(ptqbench("export " + a + " --format json --out " + file).exit_code, 0);
  EXPECT_THAT(read_bytes(file), HasSubstr("\"method\": \"qdrop\""));
}

TEST_F(Compare, KeepsAHistory) {
  const auto history = folder_.at("history.jsonl");
  for (const char* name : {"one", "two"}) {
    const auto run = write_run(name, {90, 91, 92});
    EXPECT_EQ(ptqbench("history add " + history + " " + run + "/ --compare-exit 0").exit_code, 0);
  }
  const auto shown = ptqbench("history " + history + " top1_accuracy --filter method=qdrop");
  EXPECT_EQ(shown.exit_code, 0) << shown.output;
  EXPECT_THAT(shown.output, AllOf(HasSubstr("qdrop        2  91.00  91.00  91.00  91.00      0\n"),
                                  HasSubstr("no step"), Not(HasSubstr("nearest"))));
  EXPECT_THAT(read_bytes(history), HasSubstr("\"run\":\"two\""));
  const auto wrong = ptqbench("history " + history + " top1");
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.output, HasSubstr("the history has no metric 'top1'"));
  EXPECT_EQ(ptqbench("history").exit_code, 2);
}

}  // namespace
}  // namespace ptqbench
