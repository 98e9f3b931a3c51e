#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>

#include "tests/harness/program/background_job.h"

namespace ptqbench {
namespace {

using ::testing::AllOf;
using testing::BackgroundJob;
using testing::computed_values;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::ptqbench;
using testing::read_bytes;
using testing::small_sweep;
using testing::stored_cells;
using testing::TemporaryFolder;

using Values = std::map<std::string, std::string>;

Values computed(const std::string& run_dir) {
  Values values;
  for (const auto& record : stored_cells(run_dir))
    values[record.fingerprint] = computed_values(record);
  return values;
}

size_t files_below(const std::filesystem::path& folder) {
  size_t count = 0;
  std::error_code gone;
  std::filesystem::recursive_directory_iterator entry(folder, gone);
  for (; !gone && entry != std::filesystem::recursive_directory_iterator(); entry.increment(gone))
    count += entry->is_regular_file(gone) ? 1 : 0;
  return count;
}

class Faults : public ::testing::Test {
 protected:
  /// What the cells of the small sweep come out as when nothing happens.
  static const Values& undisturbed() {
    static const Values values = [] {
      const TemporaryFolder folder;
      const auto config = folder.write("small.yaml", small_sweep());
      const auto run = ptqbench("run " + config + " --out " + folder.at("run"));
      EXPECT_EQ(run.exit_code, 0) << run.output;
      return computed(folder.at("run"));
    }();
    return values;
  }

  /// Nothing that only a running or interrupted job has.
  void expect_tidy(const std::string& run_dir) const {
    for (const char* name : {"lock", "running", "partial"})
      EXPECT_FALSE(std::filesystem::exists(run_dir + "/" + name)) << name;
  }

  /// Whether a running cell's mark names this process.
  bool marks_name(pid_t process) const {
    std::error_code none;
    for (const auto& mark : std::filesystem::directory_iterator(out_ + "/running", none)) {
      if (mark.path().extension() == ".json" &&
          read_bytes(mark).find(fmt::format("\"process\": {},", process)) != std::string::npos)
        return true;
    }
    return false;
  }

  TemporaryFolder folder_;
  std::string out_ = folder_.at("run");
  std::string config_ = folder_.write("small.yaml", small_sweep());
  std::string run_ = "run " + config_ + " --out " + out_;
};

struct StopCase {
  int ranks;
  int signal;
};

class Stopping : public Faults, public ::testing::WithParamInterface<StopCase> {};

TEST_P(Stopping, KeepsWhatIsFinishedAndGoesOnLater) {
  const auto [ranks, signal] = GetParam();
  BackgroundJob job(run_, ranks, folder_ / "log");
  ASSERT_TRUE(job.wait_until([&] { return files_below(out_ + "/partial") > 1; })) << job.output();
  job.signal(signal);
  const auto stopped = job.wait();
  EXPECT_EQ(stopped.exit_code, 75) << stopped.output;
  EXPECT_THAT(stopped.output, AllOf(HasSubstr("stopped as asked"), Not(HasSubstr("FAILED"))));
  EXPECT_TRUE(std::filesystem::exists(out_ + "/results.h5"));
  EXPECT_FALSE(std::filesystem::exists(out_ + "/lock"));
  EXPECT_FALSE(std::filesystem::exists(out_ + "/running")) << "it did not crash";
  EXPECT_GT(files_below(out_ + "/partial"), 0U);

  const auto rest = ptqbench(run_, ranks);
  EXPECT_EQ(rest.exit_code, 0) << rest.output;
  EXPECT_EQ(computed(out_), undisturbed());
  expect_tidy(out_);
}

INSTANTIATE_TEST_SUITE_P(Signals, Stopping,
                         ::testing::Values(StopCase{0, SIGTERM}, StopCase{2, SIGUSR1}),
                         [](const auto& info) {
                           return info.param.ranks == 0 ? "OneProcessSigterm" : "MpirunSigusr1";
                         });

TEST_F(Faults, ASecondJobOnTheDirectoryIsRefused) {
  BackgroundJob job(run_, 0, folder_ / "log");
  ASSERT_TRUE(job.wait_until([&] { return files_below(out_ + "/running") > 0; })) << job.output();
  const auto second = ptqbench(run_);
  EXPECT_EQ(second.exit_code, 2);
  EXPECT_THAT(second.output, HasSubstr("in use by another job: host "));
  EXPECT_THAT(ptqbench("plan " + config_ + " --out " + out_).output,
              AllOf(HasSubstr("4 cells"), HasSubstr("a job runs on the directory now")));
  job.signal(SIGTERM);
  EXPECT_THAT(job.wait().output, Not(HasSubstr("taken over")));
}

TEST_F(Faults, ACellThatCrashesTheJobAgainAndAgainIsSetAside) {
  const auto run = run_ + " --set crash_limit=2 --filter 'method=nearest|qdrop'";
  for (int crash = 0; crash < 2; ++crash) {
    BackgroundJob job(run, 0, folder_ / "log");
    // The mark of the crash before is still there.
    ASSERT_TRUE(job.wait_until([&] { return marks_name(job.process()); })) << job.output();
    job.signal(SIGKILL);
    job.wait();
    ASSERT_EQ(files_below(out_ + "/partial"), 0U) << "it was to crash before its first unit";
  }
  const auto plan = ptqbench("plan " + config_ + " --out " + out_ + " --set crash_limit=2");
  EXPECT_THAT(plan.output, HasSubstr("4 cells, 0 done, 1 crashed too often (--retry-crashed), 3"));
  const auto others = ptqbench(run);
  EXPECT_EQ(others.exit_code, 1) << others.output;
  EXPECT_THAT(others.output, HasSubstr("qdrop seed 1: set aside, it was running in 2 crashed"));
  EXPECT_THAT(others.output, HasSubstr("failed: resnet20 w2a4 qdrop seed 1: crash: was running in "
                                       "2 crashed attempts"));
  EXPECT_THAT(others.output, HasSubstr("1 of 4 cells finished, 1 failed, 2 not run"));

  const auto again = ptqbench(run + " --retry-crashed");
  EXPECT_EQ(again.exit_code, 0) << again.output;
  for (const auto& [fingerprint, values] : computed(out_))
    EXPECT_EQ(values, undisturbed().at(fingerprint));
}

TEST_F(Faults, ATruncatedCellFileIsSetAsideAndItsCellRunsAgain) {
  const auto run = run_ + " --filter method=nearest";
  ASSERT_EQ(ptqbench(run).exit_code, 0);
  const auto fingerprint = stored_cells(out_).at(0).fingerprint;
  const auto path = std::filesystem::path(out_) / "cells" / (fingerprint + ".h5");
  std::filesystem::resize_file(path, std::filesystem::file_size(path) * 2 / 3);
  const auto again = ptqbench(run);
  EXPECT_EQ(again.exit_code, 0) << again.output;
  EXPECT_THAT(again.output, AllOf(HasSubstr("a damaged result was set aside as " + fingerprint),
                                  HasSubstr("1 to run now"), HasSubstr("truncated")));
  EXPECT_TRUE(std::filesystem::exists(path.string() + ".damaged"));
  EXPECT_EQ(computed(out_).at(fingerprint), undisturbed().at(fingerprint));
}

TEST_F(Faults, AMissingFileFailsACellUntilItIsThereAgain) {
  const auto checkpoint = folder_.path() / "mine.safetensors";
  const auto elsewhere = folder_.path() / "elsewhere";
  std::filesystem::copy_file(
      std::string(PTQBENCH_SOURCE_DIR) + "/configs/checkpoints/resnet20_fashion_mnist.safetensors",
      checkpoint);
  auto sweep = small_sweep("seeds: [1, 2]\nretries: 100\n");
  const auto begin = sweep.find("checkpoint: ");
  sweep.replace(begin, sweep.find('}', begin) - begin, "checkpoint: mine.safetensors");
  folder_.write("small.yaml", sweep);
  BackgroundJob job(run_ + " --filter method=qdrop", 0, folder_ / "log");
  // While the first cell runs.
  ASSERT_TRUE(job.wait_until([&] { return files_below(out_ + "/partial") > 0; })) << job.output();
  std::filesystem::rename(checkpoint, elsewhere);
  const std::string failure = "qdrop seed 2 FAILED, will be tried again: load: ";
  EXPECT_TRUE(job.wait_until([&] { return job.output().find(failure) != std::string::npos; }));
  std::filesystem::rename(elsewhere, checkpoint);
  const auto outcome = job.wait();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("2 of 8 cells finished, 0 failed"));
}

/// A small file system of its own.
class SmallDisk {
 public:
  explicit SmallDisk(std::filesystem::path folder) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
    mounted_ = mount("none", folder_.c_str(), "tmpfs", 0, "size=400k") == 0;
    if (!mounted_) why_ = std::strerror(errno);
  }
  ~SmallDisk() {
    if (mounted_) umount(folder_.c_str());
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool mounted() const { return mounted_; }
  const std::string& why() const { return why_; }
  void enlarge() const { mount("none", folder_.c_str(), "tmpfs", MS_REMOUNT, "size=100m"); }

 private:
  std::filesystem::path folder_;
  bool mounted_ = false;
  std::string why_;
};

TEST_F(Faults, AFullDiskLosesNothingThatWasFinished) {
  const SmallDisk disk(out_);
  if (!disk.mounted()) GTEST_SKIP() << "a small file system cannot be mounted: " << disk.why();
  const auto full = ptqbench(run_, 2);
  EXPECT_NE(full.exit_code, 0) << full.output;
  EXPECT_THAT(full.output, HasSubstr("No space left on device"));
  // Whatever has its name is whole.
  const auto kept = computed(out_);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(out_))
    EXPECT_NE(entry.path().extension(), ".tmp") << entry.path();
  const auto units = files_below(out_ + "/partial");
  EXPECT_GT(units, 0U);
  EXPECT_FALSE(std::filesystem::exists(out_ + "/lock"));

  disk.enlarge();
  const auto rest = ptqbench(run_, 2);
  EXPECT_EQ(rest.exit_code, 0) << rest.output;
  EXPECT_EQ(computed(out_), undisturbed());
  expect_tidy(out_);
}

}  // namespace
}  // namespace ptqbench
