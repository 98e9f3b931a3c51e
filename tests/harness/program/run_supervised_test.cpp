#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/harness/program/program.h"

namespace ptqbench {
namespace {

using ::testing::HasSubstr;
using testing::Outcome;
using testing::read_bytes;
using testing::shell;
using testing::TemporaryFolder;

const std::string kScript = std::string(PTQBENCH_SOURCE_DIR) + "/scripts/run-supervised.sh";

class RunSupervised : public ::testing::Test {
 protected:
  /// Supervises a job that leaves with these codes, one each time it is started.
  Outcome supervise(const std::string& options, const std::string& codes) {
    folder_.write("codes", codes);
    const auto job =
        folder_.write("job.sh", fmt::format("cd {}\necho >> starts\n"
                                            "exit $(sed -n \"$(grep -c '' starts)p\" codes)\n",
                                            folder_.path().string()));
    return shell(fmt::format("{} --wait 0 {} bash {}", kScript, options, job));
  }

  long starts() const {
    const auto lines = read_bytes(folder_ / "starts");
    return std::count(lines.begin(), lines.end(), '\n');
  }

  TemporaryFolder folder_;
};

TEST_F(RunSupervised, StartsACrashedJobAgainUntilItEnds) {
  EXPECT_EQ(supervise("", "137\n139\n0\n").exit_code, 0);
  EXPECT_EQ(starts(), 3);
}

TEST_F(RunSupervised, GivesUpAfterSoManyRestarts) {
  const auto outcome = supervise("--restarts 2", "137\n139\n134\n0\n");
  EXPECT_EQ(outcome.exit_code, 134);
  EXPECT_THAT(outcome.output, HasSubstr("given up after 2 restart(s)"));
  EXPECT_EQ(starts(), 3);
}

TEST_F(RunSupervised, DoesNotRepeatFailedCellsOrBadInput) {
  for (const char* code : {"1", "2"}) {
    std::filesystem::remove(folder_ / "starts");
    EXPECT_EQ(std::to_string(supervise("", std::string(code) + "\n0\n").exit_code), code);
    EXPECT_EQ(starts(), 1);
  }
}

TEST_F(RunSupervised, GoesOnAfterAStopOnlyIfAsked) {
  EXPECT_EQ(supervise("", "75\n0\n").exit_code, 75);
  EXPECT_EQ(starts(), 1);
  std::filesystem::remove(folder_ / "starts");
  EXPECT_EQ(supervise("--after-stop", "75\n0\n").exit_code, 0);
  EXPECT_EQ(starts(), 2);
}

TEST_F(RunSupervised, HandsASignalOnAndStartsNothingAfterIt) {
  const auto job =
      folder_.write("job.sh", fmt::format("trap 'exit 75' USR1\ntouch {}/ready\n"
                                          "for i in $(seq 3000); do sleep 0.01; done\n",
                                          folder_.path().string()));
  const auto outcome = shell(
      fmt::format("{} --after-stop bash {} & job=$!; until [ -e {}/ready ]; do sleep 0.01; done; "
                  "kill -TERM $job; wait $job",
                  kScript, job, folder_.path().string()));
  EXPECT_EQ(outcome.exit_code, 75) << outcome.output;
}

TEST_F(RunSupervised, WrongUseIsExplained) {
  for (const char* arguments : {"", "--restarts x true", "--restart 3 true", "--wait"}) {
    const auto outcome = shell(kScript + " " + arguments);
    EXPECT_EQ(outcome.exit_code, 2) << arguments;
    EXPECT_THAT(outcome.output, HasSubstr("usage: ")) << arguments;
  }
}

}  // namespace
}  // namespace ptqbench
