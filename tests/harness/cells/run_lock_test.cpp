#include "harness/cells/run_lock.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "support/error.h"
#include "tests/helpers/files.h"

namespace ptqbench {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::HasSubstr;

class RunLockTest : public ::testing::Test {
 protected:
  std::string refusal(const LockTimes& times = {}) const {
    try {
      const RunLock lock(folder_.path(), times);
      return "";
    } catch (const ConfigError& error) {
      return error.what();
    }
  }

  /// As a job on another host would have left it, changed `age` ago.
  void lock_of_another_host(std::chrono::seconds age) const {
    testing::write_bytes(path_, R"({"host": "node7", "process": 1, "since": "2026-01-01T00:00:00Z",
                                    "boot": "another", "start": "5", "token": "theirs"})");
    struct timespec times[2];
    clock_gettime(CLOCK_REALTIME, &times[0]);
    times[0].tv_sec -= age.count();
    times[1] = times[0];
    ASSERT_EQ(utimensat(AT_FDCWD, path_.c_str(), times, 0), 0);
  }

  testing::TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "lock";
};

TEST_F(RunLockTest, TheSecondJobIsToldWhoTheFirstIs) {
  const RunLock lock(folder_.path());
  char host[256] = {};
  gethostname(host, sizeof host - 1);
  EXPECT_THAT(refusal(),
              AllOf(HasSubstr("in use by another job"), HasSubstr(host),
                    HasSubstr("process " + std::to_string(getpid())), HasSubstr("since 20")));
  EXPECT_THROW(RunLock::check_free(folder_.path()), ConfigError);
}

TEST_F(RunLockTest, IsReleasedAndLeavesNothing) {
  RunLock::check_free(folder_.path());
  { const RunLock lock(folder_.path()); }
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
  EXPECT_EQ(refusal(), "");
}

TEST_F(RunLockTest, ALockOfAKilledProcessOfThisHostIsTakenOverAtOnce) {
  const pid_t child = fork();
  if (child == 0) {
    new RunLock(folder_.path());
    _exit(0);
  }
  // Also while it is dead but not yet waited for.
  siginfo_t info;
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
  ASSERT_TRUE(std::filesystem::exists(path_));
  EXPECT_EQ(refusal(), "");
  waitpid(child, nullptr, 0);
}

TEST_F(RunLockTest, AReusedProcessNumberIsAnotherProcess) {
  std::string text;
  {
    const RunLock lock(folder_.path());
    text = testing::read_bytes(path_);
  }
  const auto start = text.find("\"start\": \"");
  ASSERT_NE(start, std::string::npos);
  text.insert(start + 10, "1");
  testing::write_bytes(path_, text);
  EXPECT_EQ(refusal(), "");
}

TEST_F(RunLockTest, ALockOfAnotherHostHoldsUntilItIsSilentForLong) {
  lock_of_another_host(std::chrono::minutes(2));
  EXPECT_THAT(refusal(), AllOf(HasSubstr("node7"), HasSubstr("2026-01-01"), HasSubstr("180 s")));
  EXPECT_TRUE(std::filesystem::exists(path_)) << "a refusal changes nothing";
  lock_of_another_host(std::chrono::minutes(4));
  EXPECT_EQ(refusal(), "");
}

TEST_F(RunLockTest, AHalfWrittenLockHoldsUntilItIsSilentForLong) {
  testing::write_bytes(path_, "{\"host\": \"no");
  EXPECT_THAT(refusal(), HasSubstr("host unknown"));
  EXPECT_EQ(refusal({milliseconds(1000), milliseconds(0)}), "");
}

TEST_F(RunLockTest, ShowsSignsOfLife) {
  const RunLock lock(folder_.path(), {milliseconds(5), hours(1)});
  struct timespec old[2] = {};
  ASSERT_EQ(utimensat(AT_FDCWD, path_.c_str(), old, 0), 0);
  struct stat info {};
  for (int i = 0; i < 2000 && info.st_mtim.tv_sec == 0; ++i) {
    std::this_thread::sleep_for(milliseconds(5));
    ASSERT_EQ(stat(path_.c_str(), &info), 0);
  }
  EXPECT_GT(info.st_mtim.tv_sec, 0);
}

TEST_F(RunLockTest, OfManyThatFindAStaleLockOneTakesIt) {
  for (int round = 0; round < 20; ++round) {
    lock_of_another_host(hours(1));
    std::atomic<int> holders{0};
    std::atomic<int> refused{0};
    std::vector<std::unique_ptr<RunLock>> locks(8);
    std::vector<std::thread> jobs;
    for (auto& lock : locks) {
      jobs.emplace_back([&] {
        try {
          lock = std::make_unique<RunLock>(folder_.path());
          ++holders;
        } catch (const ConfigError&) {
          ++refused;
        }
      });
    }
    for (auto& job : jobs) job.join();
    EXPECT_EQ(holders, 1);
    EXPECT_EQ(refused, 7);
    locks.clear();
    EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
  }
}

TEST_F(RunLockTest, AFolderThatCannotBeLockedIsAnError) {
  EXPECT_THROW(RunLock(folder_ / "missing"), IoError);
  RunLock::check_free(folder_ / "missing");
}

}  // namespace
}  // namespace ptqbench
