#include "harness/cells/cell_attempt.h"

#include <fmt/format.h>

#include "harness/cells/cell_settings.h"
#include "harness/cells/run_directory.h"
#include "harness/devices/machine.h"
#include "harness/plan/cell_identity.h"
#include "results/error.h"
#include "results/files/store.h"
#include "support/stop_request.h"
#include "support/stopwatch.h"

namespace ptqbench {
namespace {

/// Marks a cell as running, for as long as the object lives.
class MarkedAttempt {
 public:
  MarkedAttempt(const std::filesystem::path& run_dir, const std::string& fingerprint, int64_t rank)
      : marks_(run_dir),
        fingerprint_(fingerprint),
        mark_(marks_.begin(fingerprint, rank, previous_attempts(CellStore(run_dir), fingerprint))) {
  }
  ~MarkedAttempt() { marks_.end(fingerprint_); }
  MarkedAttempt(const MarkedAttempt&) = delete;
  MarkedAttempt& operator=(const MarkedAttempt&) = delete;

  int64_t number() const { return mark_.attempt; }

 private:
  RunningMarks marks_;
  std::string fingerprint_;
  RunningMark mark_;
};

WorkOutcome outcome_of(const CellRecord& record) {
  if (record.status == CellStatus::kFailed) {
    return {false, fmt::format("{}: {}", record.failed_stage, record.failure_reason),
            record.seconds, /*stopped=*/false, record.provenance.count(kLastingFailure) > 0};
  }
  return {true, fmt::format("{:.2f}", record.metric), record.seconds};
}

/// A cell that runs again, for its model, must not lose its result when that fails.
bool has_finished(const CellStore& store, const std::string& fingerprint) {
  std::error_code ignored;
  if (!std::filesystem::exists(store.cell_path(fingerprint), ignored)) return false;
  try {
    return store.read(fingerprint).status == CellStatus::kFinished;
  } catch (const ResultsError&) {
    return false;
  }
}

}  // namespace

WorkOutcome attempt_cell(CellRunner& runner, const std::filesystem::path& run_dir, const Cell& cell,
                         const std::string& fingerprint, StreamPlace streams) {
  const Stopwatch watch;
  runner.group().begin();
  try {
    const MarkedAttempt attempt(run_dir, fingerprint, runner.rank());
    CellRecord record = runner.run(cell, fingerprint, streams);
    record.attempt = attempt.number();
    const CellStore store(run_dir);
    if (record.status == CellStatus::kFinished || !has_finished(store, fingerprint))
      store.write(record);
    if (record.status == CellStatus::kFinished) forget_units(run_dir, fingerprint);
    return outcome_of(record);
  } catch (const Stopped& stopped) {
    return {false, stopped.what(), watch.seconds(), /*stopped=*/true};
  } catch (const std::exception& error) {
    runner.group().leave(DeviceGroup::Reason::kFailed, error.what());
    return {false, fmt::format("run directory: {}", error.what()), watch.seconds()};
  }
}

void assist_cell(CellRunner& runner, const Cell& cell, const std::string& fingerprint,
                 StreamPlace streams) {
  runner.group().begin();
  try {
    runner.run(cell, fingerprint, streams);
  } catch (const Stopped&) {
    // The leader knows.
  }
}

void record_crashes(const std::filesystem::path& run_dir, const Cell& cell,
                    const std::string& fingerprint, const CrashHistory& history) {
  CellRecord record = unrun_record(cell, fingerprint);
  record.settings = cell_settings(cell);
  record.provenance = versions();
  record.status = CellStatus::kFailed;
  record.failed_stage = "crash";
  record.failure_reason = fmt::format(
      "was running in {} crashed attempts, none of which finished a unit; the last was on host {}, "
      "rank {} (process {}), since {}. It is not run again without --retry-crashed",
      history.crashes, history.last.host, history.last.rank, history.last.process,
      history.last.started_at);
  record.host = history.last.host;
  record.rank = history.last.rank;
  record.started_at = history.last.started_at;
  record.attempt = history.last.attempt;
  CellStore(run_dir).write(record);
}

}  // namespace ptqbench
