#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "tests/harness/program/program.h"

namespace ptqbench::testing {

/// The program, running; killed with all its ranks if it is still there at the end.
class BackgroundJob {
 public:
  /// As ptqbench(); what it says goes to `log`.
  BackgroundJob(const std::string& arguments, int ranks, std::filesystem::path log);
  ~BackgroundJob();
  BackgroundJob(const BackgroundJob&) = delete;
  BackgroundJob& operator=(const BackgroundJob&) = delete;

  /// Until `condition` holds; false if the job ends before.
  bool wait_until(const std::function<bool()>& condition);
  /// What was started: the program, or mpirun.
  pid_t process() const { return process_; }
  void signal(int number) const;
  /// The processes that are ranks of the job.
  std::vector<pid_t> ranks() const;
  std::string output() const;
  /// Waits for the end.
  Outcome wait();

 private:
  bool running();

  std::filesystem::path log_;
  pid_t process_ = -1;
  int status_ = 0;
  bool ended_ = false;
};

}  // namespace ptqbench::testing
