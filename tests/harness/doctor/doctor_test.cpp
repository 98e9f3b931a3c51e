#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include "tests/harness/program/program.h"

namespace ptqbench::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// The program with these arguments on two ranks, as `mpirun_options` bind them.
Outcome doctor_under_mpirun(const std::string& mpirun_options, const std::string& arguments) {
  return shell(fmt::format("{}/scripts/mpirun.sh 2 {} {} doctor {}", PTQBENCH_SOURCE_DIR,
                           mpirun_options, PTQBENCH_PROGRAM, arguments));
}

/// A core that this process may use.
int some_core() {
  cpu_set_t set;
  CPU_ZERO(&set);
  sched_getaffinity(0, sizeof set, &set);
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &set)) return core;
  }
  return 0;
}

TEST(Doctor, FindsNothingWrongWithOneProcessAndLeavesNothingBehind) {
  const TemporaryFolder folder;
  const auto outcome =
      shell(fmt::format("{} doctor {}/a/b", PTQBENCH_PROGRAM, folder.path().string()));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("nothing wrong found"));
  EXPECT_THAT(outcome.output, HasSubstr("LibTorch"));
  EXPECT_THAT(outcome.output, HasSubstr(" free"));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Doctor, GathersAllRanksOnTheFirst) {
  const TemporaryFolder folder;
  const auto outcome = doctor_under_mpirun("--bind-to none", folder.path().string());
  EXPECT_THAT(outcome.output, HasSubstr("\n0      "));
  EXPECT_THAT(outcome.output, HasSubstr("\n1      "));
  EXPECT_THAT(outcome.output, HasSubstr("Open MPI"));
  EXPECT_THAT(outcome.output, Not(HasSubstr("does not see")));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Doctor, NamesRanksThatAreAllBoundToOneCore) {
  const auto outcome =
      shell(fmt::format("{}/scripts/mpirun.sh 2 --bind-to none "
                        "taskset -c {} {} doctor",
                        PTQBENCH_SOURCE_DIR, some_core(), PTQBENCH_PROGRAM));
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.output, HasSubstr("PROBLEM: ranks 0, 1"));
}

TEST(Doctor, NamesMoreThreadsThanCores) {
  const auto outcome = ptqbench("doctor --threads 1024");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.output, HasSubstr("1024 threads on"));
}

TEST(Doctor, TakesThreadsAndDeviceFromTheRunDirectory) {
  const TemporaryFolder folder;
  folder.write("sweep.yaml",
               "name: x\ntask: image_classification\ndataset: fashion_mnist\n"
               "models: [resnet20]\nbits: [w4a4]\nmethods: [qdrop]\nthreads: 999\n");
  const auto outcome = ptqbench("doctor " + folder.path().string());
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.output, HasSubstr("999 threads on"));
}

TEST(Doctor, SaysThatAFolderDoesNotExistYet) {
  const TemporaryFolder folder;
  const auto outcome =
      shell(fmt::format("cd {} && {} doctor "
                        "nosuch",
                        folder.path().string(), PTQBENCH_PROGRAM));
  EXPECT_THAT(outcome.output, HasSubstr("run directory nosuch: does not exist yet, would be made "
                                        "on "));
  EXPECT_THAT(outcome.output, Not(HasSubstr("not known")));
  EXPECT_FALSE(std::filesystem::exists(folder.at("nosuch")));
}

TEST(Doctor, NamesAFolderThatCannotBeWrittenTo) {
  const auto outcome = ptqbench("doctor /proc/no_such_folder");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.output, HasSubstr("cannot write to /proc/no_such_folder"));
}

TEST(Doctor, FoldersThatOnlyLookTheSameAreNotShared) {
  // Each rank in a mount namespace with a file system of its own at the same place.
  if (shell("unshare -m true").exit_code != 0) GTEST_SKIP() << "no mount namespaces here";
  const TemporaryFolder folder;
  const auto path = folder.path().string();
  const auto outcome =
      shell(fmt::format("{}/scripts/mpirun.sh 2 --bind-to none unshare -m sh -c "
                        "'mount -t tmpfs none {} && exec {} doctor {}'",
                        PTQBENCH_SOURCE_DIR, path, PTQBENCH_PROGRAM, path));
  EXPECT_EQ(outcome.exit_code, 1) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("rank 1 on"));
  EXPECT_THAT(outcome.output, HasSubstr("does not see"));
}

TEST(Device, CudaWithoutADeviceIsRefusedBeforeAnythingIsWritten) {
  if (shell("nvidia-smi").exit_code == 0) GTEST_SKIP() << "there is a device here";
  const TemporaryFolder folder;
  const auto config = folder.write("small.yaml", small_sweep("device: cuda\n"));
  const auto outcome = ptqbench("run " + config + " --out " + folder.at("run"), 2);
  EXPECT_EQ(outcome.exit_code, 2) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("device is 'cuda', but rank 0 on host"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "run"));
}

TEST(Device, IsInTheRecord) {
  const TemporaryFolder folder;
  const auto config = folder.write("small.yaml", small_sweep("device: cpu\n"));
  const auto outcome =
      ptqbench("run " + config + " --filter method=nearest --out " + folder.at("run"));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
  EXPECT_EQ(stored_cells(folder.at("run")).at(0).device, "cpu");
}

}  // namespace
}  // namespace ptqbench::testing
