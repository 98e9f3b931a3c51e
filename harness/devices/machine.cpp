#include "harness/devices/machine.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

#include "harness/devices/version.h"
#include "results/hdf5/hdf5_version.h"
#include "tasks/library_versions.h"

namespace ptqbench {
namespace {

std::vector<int> cores_of_process(pid_t process) {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> cores;
  if (sched_getaffinity(process, sizeof set, &set) != 0) return cores;
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &set)) cores.push_back(core);
  }
  return cores;
}

}  // namespace

std::vector<int> allowed_cores() { return cores_of_process(0); }

std::vector<int> launcher_cores() { return cores_of_process(getppid()); }

std::string host_name() {
  char name[256] = {};
  gethostname(name, sizeof name - 1);
  return name;
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

std::map<std::string, std::string> versions() {
  auto all = library_versions();
  all["hdf5_version"] = hdf5_version();
  all["code_version"] = kCodeVersionText;
  all["program_version"] = kProgramVersion;
  return all;
}

std::string program_version() {
  return std::string("ptqbench ") + kProgramVersion + " (" + kCodeVersionText + ")";
}

int64_t threads_for_rank(Communicator& communicator, int64_t requested) {
  if (requested > 0) return requested;
  const auto cores = allowed_cores();
  const auto place = fmt::format("{}/{}", communicator.host(), fmt::join(cores, ","));
  const auto places = gather_everywhere(communicator, place);
  const auto sharing = std::count(places.begin(), places.end(), place);
  return std::max<int64_t>(1, static_cast<int64_t>(cores.size()) / sharing);
}

}  // namespace ptqbench
