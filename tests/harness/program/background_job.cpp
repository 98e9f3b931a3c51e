#include "tests/harness/program/background_job.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

namespace ptqbench::testing {
namespace {

void add_descendants(pid_t process, std::vector<pid_t>& found) {
  std::error_code ignored;
  for (const auto& task :
       std::filesystem::directory_iterator(fmt::format("/proc/{}/task", process), ignored)) {
    std::ifstream children(task.path() / "children");
    for (pid_t child = 0; children >> child;) {
      found.push_back(child);
      add_descendants(child, found);
    }
  }
}

bool runs_the_program(pid_t process) {
  std::error_code ignored;
  return std::filesystem::read_symlink(fmt::format("/proc/{}/exe", process), ignored) ==
         std::filesystem::path(PTQBENCH_PROGRAM);
}

}  // namespace

BackgroundJob::BackgroundJob(const std::string& arguments, int ranks, std::filesystem::path log)
    : log_(std::move(log)) {
  const auto launcher = ranks > 0
                            ? fmt::format("{}/scripts/mpirun.sh {} ", PTQBENCH_SOURCE_DIR, ranks)
                            : std::string();
  const auto command = "exec " + launcher + PTQBENCH_PROGRAM + " " + arguments;
  process_ = fork();
  if (process_ != 0) return;
  setpgid(0, 0);
  const int file = open(log_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
  dup2(file, STDOUT_FILENO);
  dup2(file, STDERR_FILENO);
  execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
  _exit(127);
}

BackgroundJob::~BackgroundJob() {
  if (ended_) return;
  std::vector<pid_t> all = ranks();
  all.push_back(process_);
  for (const pid_t process : all) kill(process, SIGKILL);
  wait();
}

bool BackgroundJob::running() {
  if (!ended_) ended_ = waitpid(process_, &status_, WNOHANG) == process_;
  return !ended_;
}

bool BackgroundJob::wait_until(const std::function<bool()>& condition) {
  while (!condition()) {
    if (!running()) return condition();
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
  }
  return true;
}

void BackgroundJob::signal(int number) const { kill(process_, number); }

std::vector<pid_t> BackgroundJob::ranks() const {
  std::vector<pid_t> all = {process_};
  add_descendants(process_, all);
  std::vector<pid_t> found;
  for (const pid_t process : all) {
    if (runs_the_program(process)) found.push_back(process);
  }
  return found;
}

std::string BackgroundJob::output() const { return read_bytes(log_); }

Outcome BackgroundJob::wait() {
  if (!ended_) ended_ = waitpid(process_, &status_, 0) == process_;
  return {WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_), output()};
}

}  // namespace ptqbench::testing
