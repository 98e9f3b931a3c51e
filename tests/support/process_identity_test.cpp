#include "support/process_identity.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ptqbench {
namespace {

TEST(ProcessIdentity, ThisProcessRuns) {
  const auto identity = this_process();
  EXPECT_EQ(identity.process, getpid());
  EXPECT_FALSE(identity.start.empty());
  EXPECT_EQ(liveness(identity), Liveness::kRunning);
}

TEST(ProcessIdentity, AnotherWithTheSameNumberIsGone) {
  auto earlier = this_process();
  earlier.start = "1";
  EXPECT_EQ(liveness(earlier), Liveness::kGone);
}

TEST(ProcessIdentity, OfAnotherHostOrBootNothingCanBeSaid) {
  auto other = this_process();
  other.boot = "another boot";
  EXPECT_EQ(liveness(other), Liveness::kElsewhere);
  EXPECT_EQ(liveness(ProcessIdentity()), Liveness::kElsewhere);
}

TEST(ProcessIdentity, ADeadProcessIsGoneEvenBeforeItsParentCollectsIt) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    char byte = 0;
    // Lives until the parent has looked and closed its end.
    close(ready[1]);
    _exit(read(ready[0], &byte, 1) == 0 ? 0 : 1);
  }
  close(ready[0]);
  const auto identity = process_identity(child);
  EXPECT_EQ(liveness(identity), Liveness::kRunning);
  close(ready[1]);
  siginfo_t info = {};
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
  EXPECT_EQ(liveness(identity), Liveness::kGone);
  waitpid(child, nullptr, 0);
}

}  // namespace
}  // namespace ptqbench
