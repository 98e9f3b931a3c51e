#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <csignal>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "results/files/cell_layout.h"
#include "results/files/store.h"
#include "results/hdf5/hdf5_file.h"
#include "tests/harness/program/background_job.h"

namespace ptqbench {
namespace {

namespace fs = std::filesystem;
using testing::BackgroundJob;
using testing::computed_values;
using ::testing::HasSubstr;
using testing::ptqbench;
using testing::TemporaryFolder;

constexpr int kKills = 20;
constexpr int kRanks = 2;

/// Nine cells, of about 160 units together: mostly more than the attempts that are killed get done.
std::string campaign_sweep() {
  return fmt::format(R"(name: campaign
task: image_classification
dataset: fashion_mnist
models: [{{name: resnet20, checkpoint: {}/configs/checkpoints/resnet20_fashion_mnist.safetensors}}]
bits: [w2a4]
methods: [adaround, brecq, qdrop]
seeds: [1, 2, 3]
settings: {{calibration_samples: 16, range_samples: 16, batch_size: 4, iterations: 40, step_iterations: 30}}
evaluation: {{samples: 50, batch_size: 50}}
report: {{held_out_samples: 0, flatness_samples: 0}}
threads: 1
crash_limit: 1000
)",
                     PTQBENCH_SOURCE_DIR);
}

/// The files of a run directory's results and kept units, and what tells each from a file that was
/// written again under its name.
using Files = std::map<fs::path, std::pair<ino_t, int64_t>>;

Files files_of(const fs::path& run_dir) {
  Files files;
  for (const char* folder : {"cells", "partial"}) {
    std::error_code gone;
    fs::recursive_directory_iterator entry(run_dir / folder, gone);
    for (; !gone && entry != fs::recursive_directory_iterator(); entry.increment(gone)) {
      struct stat info {};
      const bool whole = entry->path().extension() != ".tmp";
      if (whole && stat(entry->path().c_str(), &info) == 0 && S_ISREG(info.st_mode))
        files[entry->path()] = {info.st_ino,
                                info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec};
    }
  }
  return files;
}

fs::path units_of(const fs::path& run_dir, const std::string& fingerprint) {
  return run_dir / "partial" / fingerprint;
}

/// Holds what an attempt left against what it found: nothing that was there was written again, and
/// cells that it finished took over all of their units that were there.
void expect_nothing_done_twice(const fs::path& run_dir, const Files& before, const Files& after) {
  const CellStore store(run_dir);
  std::map<std::string, int> finished_before;
  for (const auto& [path, identity] : before) {
    const auto now = after.find(path);
    if (now != after.end()) {
      EXPECT_EQ(now->second, identity) << path << " was written again";
    } else {
      ASSERT_EQ(path.extension(), ".safetensors") << path << " is gone";
      const auto fingerprint = path.parent_path().filename().string();
      EXPECT_EQ(after.count(store.cell_path(fingerprint)), 1U) << path << " is gone";
      ++finished_before[fingerprint];
    }
  }
  for (const auto& [path, identity] : after) {
    const auto fingerprint = path.stem().string();
    if (path.extension() != ".h5" || before.count(path) != 0) continue;
    // A process that died between these two leaves both, and then all units are still there.
    if (fs::exists(units_of(run_dir, fingerprint))) continue;
    const auto record = store.read(fingerprint);
    EXPECT_EQ(record.provenance.at("restored_units"), std::to_string(finished_before[fingerprint]))
        << record.method << " seed " << record.seed;
  }
}

/// What a results file says of its cells, without times, hosts and attempts.
std::map<std::string, std::string> results_of(const fs::path& run_dir) {
  const CellStore store(run_dir);
  const hdf5::Group cells = hdf5::InputFile(store.results_path()).root().open_group("cell");
  std::map<std::string, std::string> values;
  for (const auto& fingerprint : store.fingerprints())
    values[fingerprint] = computed_values(read_cell(cells.open_group(fingerprint)));
  return values;
}

/// Everything random is drawn before the attempts begin.
struct Kill {
  int rank;
  /// After so many units or cells were finished by this attempt,
  int after;
  /// and so much later.
  std::chrono::milliseconds delay;
};

std::vector<Kill> draw_kills() {
  std::mt19937 random(20);
  std::vector<Kill> kills;
  for (int i = 0; i < kKills; ++i) {
    const auto draw = [&](unsigned bound) { return static_cast<int>(random() % bound); };
    // One in five dies while it starts.
    const bool early = draw(5) == 0;
    kills.push_back(
        {draw(kRanks), early ? 0 : 1 + draw(2), std::chrono::milliseconds(draw(early ? 600 : 25))});
  }
  return kills;
}

/// Starts a job on `run_dir` and kills one of its ranks; false if the job was done before that.
bool start_and_kill(const std::string& run, const fs::path& log, const Kill& plan,
                    const fs::path& run_dir, const Files& before) {
  BackgroundJob job(run, kRanks, log);
  std::vector<pid_t> ranks;
  const auto all_ranks = [&] {
    ranks = job.ranks();
    return ranks.size() == kRanks;
  };
  const auto enough = [&] {
    int fresh = 0;
    for (const auto& file : files_of(run_dir)) fresh += before.count(file.first) == 0 ? 1 : 0;
    return fresh >= plan.after;
  };
  if (job.wait_until(all_ranks) && job.wait_until(enough)) {
    std::this_thread::sleep_for(plan.delay);
    kill(ranks[static_cast<size_t>(plan.rank)], SIGKILL);
  }
  return job.wait().exit_code != 0;
}

TEST(FaultCampaign, TwentyKilledRanksChangeNoBitAndCostNoFinishedUnit) {
  const TemporaryFolder folder;
  const auto config = folder.write("campaign.yaml", campaign_sweep());
  const auto whole = folder / "whole";
  const auto undisturbed = ptqbench("run " + config + " --out " + whole.string(), kRanks);
  ASSERT_EQ(undisturbed.exit_code, 0) << undisturbed.output;
  const auto expected = results_of(whole);
  ASSERT_EQ(expected.size(), 9U);

  // A sweep that is done before all kills were made is followed by another of the same.
  int sweeps = 0;
  auto run_dir = folder / "killed0";
  const auto run = [&] { return "run " + config + " --out " + run_dir.string(); };
  Files before;
  const auto check_finished = [&] {
    EXPECT_EQ(results_of(run_dir), expected);
    for (const char* name : {"lock", "running", "partial"})
      EXPECT_FALSE(fs::exists(run_dir / name)) << name;
  };
  const auto check_progress = [&] {
    const auto files = files_of(run_dir);
    expect_nothing_done_twice(run_dir, before, files);
    before = files;
  };
  const auto kills = draw_kills();
  for (size_t killed = 0; killed < kills.size();) {
    const bool was_killed = start_and_kill(run(), folder / "log", kills[killed], run_dir, before);
    check_progress();
    if (was_killed) {
      ++killed;
      continue;
    }
    check_finished();
    ASSERT_LT(++sweeps, kKills) << "only " << killed << " ranks could be killed";
    run_dir = folder / ("killed" + std::to_string(sweeps));
    before.clear();
  }
  const auto last = ptqbench(run(), kRanks);
  ASSERT_EQ(last.exit_code, 0) << last.output;
  EXPECT_THAT(last.output, HasSubstr("9 of 9 cells finished"));
  check_progress();
  check_finished();
}

}  // namespace
}  // namespace ptqbench
