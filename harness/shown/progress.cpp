#include "harness/shown/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include "harness/shown/duration_text.h"
#include "support/stop_request.h"

namespace ptqbench {
namespace {

constexpr const char* kEraseLine = "\r\033[K";

}  // namespace

Progress::Progress(const std::vector<PlannedCell>& plan, const std::vector<size_t>& pending,
                   int ranks)
    : plan_(plan), total_(pending.size()), ranks_(ranks), terminal_(isatty(STDERR_FILENO) != 0) {
  for (const size_t item : pending) total_cost_ += plan[item].tera_macs;
}

void Progress::started(size_t item, int rank) {
  running_[rank] = item;
  show_status();
}

void Progress::set_back(size_t item, int rank, const WorkOutcome& outcome) {
  running_.erase(rank);
  fmt::print(stderr, "{}{} FAILED, will be tried again: {} ({}, rank {})\n",
             terminal_ ? kEraseLine : "", cell_label(plan_[item].cell), outcome.summary,
             duration_text(outcome.seconds), rank);
  show_status();
}

/// One rank may have been asked for all.
void Progress::stopped(size_t /*item*/, int rank) {
  running_.erase(rank);
  request_stop();
}

void Progress::finished(size_t item, int rank, const WorkOutcome& outcome) {
  running_.erase(rank);
  ++done_;
  done_cost_ += plan_[item].tera_macs;
  const std::string label = cell_label(plan_[item].cell);
  if (!outcome.succeeded) failures_[item] = outcome.summary;
  fmt::print(stderr, "{}[{}/{}] {} {} {} ({}, rank {}){}\n", terminal_ ? kEraseLine : "", done_,
             total_, label, outcome.succeeded ? "=" : "FAILED:", outcome.summary,
             duration_text(outcome.seconds), rank, time_left());
  show_status();
}

std::string Progress::time_left() const {
  if (done_ == total_ || done_cost_ <= 0) return "";
  return fmt::format(", about {} left",
                     duration_text(watch_.seconds() * (total_cost_ - done_cost_) / done_cost_));
}

void Progress::show_status() const {
  if (!terminal_) return;
  std::string line =
      fmt::format("{}/{} done, {} ranks{}; running:", done_, total_, ranks_, time_left());
  for (const auto& [rank, item] : running_)
    line += fmt::format(" [{}] {}", rank, cell_label(plan_[item].cell));
  constexpr size_t kWidth = 150;
  if (line.size() > kWidth) line = line.substr(0, kWidth - 3) + "...";
  fmt::print(stderr, "{}{}", kEraseLine, line);
  std::fflush(stderr);
}

}  // namespace ptqbench
