/// What the coordinator costs, without the work itself.
///
///     mpirun -np 64 coordinator_benchmark hand_out ITEMS   items a second handed out to all ranks
///     coordinator_benchmark collect CELLS FOLDER           writing, listing and collecting so many
///     cell files
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>
#include <numeric>
#include <thread>

#include "harness/parallel/communicator.h"
#include "harness/parallel/scheduler.h"
#include "results/files/collect.h"
#include "results/files/manifest.h"
#include "results/files/store.h"
#include "support/stopwatch.h"

namespace ptqbench {
namespace {

/// Megabytes that this process had resident at most.
double peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

class Silent : public SchedulerListener {
 public:
  void started(size_t /*item*/, int /*rank*/) override {}
  void finished(size_t /*item*/, int /*rank*/, const WorkOutcome& /*outcome*/) override {}
};

/// Seconds from the end of one item to the start of the next on this rank.
struct Waits {
  void work() {
    if (worked) seconds.push_back(watch.seconds());
    worked = true;
    watch = Stopwatch();
  }
  std::vector<double> seconds;
  bool worked = false;
  Stopwatch watch;
};

double percentile(std::vector<double>& sorted, double part) {
  return sorted.empty()
             ? 0
             : sorted[static_cast<size_t>(part * static_cast<double>(sorted.size() - 1))];
}

void hand_out(Communicator& communicator, size_t count) {
  std::vector<size_t> items(communicator.rank() == 0 ? count : 0);
  std::iota(items.begin(), items.end(), size_t{0});
  Waits waits;
  Silent silent;
  communicator.gather("");
  const Stopwatch watch;
  run_on_all_ranks(
      communicator, items,
      [&](size_t) {
        // Rank 0 takes its own items without a message and would do all of them at once.
        if (communicator.rank() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(50));
        waits.work();
        return WorkOutcome{};
      },
      silent);
  const double seconds = watch.seconds();
  // Rank 0 takes its items without a message.
  const auto texts = communicator.gather(
      nlohmann::json(communicator.rank() == 0 ? std::vector<double>() : waits.seconds).dump());
  if (communicator.rank() != 0) return;
  std::vector<double> all;
  for (const auto& text : texts) {
    const auto some = nlohmann::json::parse(text).get<std::vector<double>>();
    all.insert(all.end(), some.begin(), some.end());
  }
  std::sort(all.begin(), all.end());
  fmt::print(
      "{} items on {} ranks in {:.2f} s: {:.0f} a second, {} of them by rank 0; waiting for the "
      "next: median {:.2f} ms, "
      "99 % below {:.2f} ms\n",
      count, communicator.size(), seconds, static_cast<double>(count) / seconds, count - all.size(),
      1e3 * percentile(all, 0.5), 1e3 * percentile(all, 0.99));
}

/// A finished cell of about the size that a small network gives.
CellRecord some_cell(size_t number) {
  CellRecord record;
  record.fingerprint = fmt::format("{:064x}", number);
  record.task = "image_classification";
  record.dataset = "fashion_mnist";
  record.model = "resnet20";
  record.method = "qdrop";
  record.bits = {static_cast<int64_t>(2 + number % 7), 4, 0};
  record.seed = static_cast<int64_t>(number / 7);
  record.metric_name = "top1_accuracy";
  record.metric = record.full_precision_metric = 90;
  record.seconds = 1;
  record.started_at = "2024-05-01T12:00:00Z";
  record.calibration_ids.resize(1024);
  for (int unit = 0; unit < 12; ++unit) {
    UnitRecord one;
    one.name = fmt::format("unit{}", unit);
    one.kind = "block";
    one.phase = "rounding";
    one.loss_curve.resize(20);
    record.units.push_back(one);
  }
  return record;
}

void report(const char* what, const Stopwatch& watch) {
  fmt::print("{:<28} {:>8.2f} s, peak {:.0f} MB\n", what, watch.seconds(), peak_memory());
  std::fflush(stdout);
}

void collect(size_t count, const std::filesystem::path& folder) {
  const CellStore store(folder);
  {
    const Stopwatch watch;
    Manifest manifest;
    for (size_t i = 0; i < count; ++i) {
      const auto record = some_cell(i);
      manifest.cells.push_back(record);
      store.write(record);
    }
    report("cell files written", watch);
    const Stopwatch manifest_watch;
    write_manifest(folder, manifest);
    report("manifest written", manifest_watch);
  }
  const Stopwatch done_watch;
  const auto finished = store.finished_fingerprints();
  report("finished cells listed", done_watch);
  const Stopwatch read_watch;
  const auto results = read_result_summaries(folder);
  report("results read, tables made", read_watch);
  const Stopwatch write_watch;
  write_results(folder, results);
  report("results.h5 written", write_watch);
}

}  // namespace
}  // namespace ptqbench

int main(int argc, char** argv) {
  const auto communicator = ptqbench::make_communicator();
  if (argc == 3 && std::strcmp(argv[1], "hand_out") == 0) {
    ptqbench::hand_out(*communicator, std::strtoul(argv[2], nullptr, 10));
    return 0;
  }
  if (argc == 4 && std::strcmp(argv[1], "collect") == 0) {
    ptqbench::collect(std::strtoul(argv[2], nullptr, 10), argv[3]);
    return 0;
  }
  fmt::print(stderr, "usage: coordinator_benchmark hand_out ITEMS | collect CELLS FOLDER\n");
  return 2;
}
