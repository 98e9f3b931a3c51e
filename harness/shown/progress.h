#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/parallel/scheduler.h"
#include "harness/plan/plan.h"
#include "support/stopwatch.h"

namespace ptqbench {

/// Tells on standard error how a sweep is going: one plain line a finished cell, and on a terminal
/// also a status line with what runs where and the time left. Time left is judged by the cost of
/// the cells done so far.
class Progress : public SchedulerListener {
 public:
  Progress(const std::vector<PlannedCell>& plan, const std::vector<size_t>& pending, int ranks);

  void started(size_t item, int rank) override;
  void set_back(size_t item, int rank, const WorkOutcome& outcome) override;
  void stopped(size_t item, int rank) override;
  void finished(size_t item, int rank, const WorkOutcome& outcome) override;

  /// Why cells failed, by their place in the plan.
  const std::map<size_t, std::string>& failures() const { return failures_; }

 private:
  std::string time_left() const;
  void show_status() const;

  const std::vector<PlannedCell>& plan_;
  size_t total_;
  int ranks_;
  double total_cost_ = 0;
  double done_cost_ = 0;
  size_t done_ = 0;
  std::map<int, size_t> running_;
  std::map<size_t, std::string> failures_;
  Stopwatch watch_;
  bool terminal_;
};

}  // namespace ptqbench
