#include "support/process_identity.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

namespace ptqbench {
namespace {

namespace fs = std::filesystem;

/// Of other processes' files in /proc: one of them vanishing is no error.
std::string first_line(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

/// Empty if there is no such process, or it is dead and not yet collected by its parent.
std::string start_of(int64_t process) {
  const auto line = first_line(fmt::format("/proc/{}/stat", process));
  // The second field, the name, may contain anything, parentheses too.
  const auto name_end = line.rfind(')');
  if (name_end == std::string::npos) return "";
  std::istringstream rest(line.substr(name_end + 1));
  std::string state;
  rest >> state;
  if (state == "Z" || state == "X") return "";
  std::string field;
  for (int number = 4; number <= 22; ++number) rest >> field;
  return field;
}

std::string boot_id() {
  std::error_code ignored;
  const auto space = fs::read_symlink("/proc/self/ns/pid", ignored);
  return first_line("/proc/sys/kernel/random/boot_id") + " " + space.string();
}

}  // namespace

ProcessIdentity process_identity(int64_t process) {
  return {process, boot_id(), start_of(process)};
}

ProcessIdentity this_process() { return process_identity(getpid()); }

Liveness liveness(const ProcessIdentity& identity) {
  if (identity.boot.empty() || identity.boot != boot_id()) return Liveness::kElsewhere;
  const auto start = start_of(identity.process);
  return !start.empty() && start == identity.start ? Liveness::kRunning : Liveness::kGone;
}

}  // namespace ptqbench
