#include "harness/run/machine.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>

#include "harness/version.h"
#include "results/hdf5_version.h"
#include "tasks/library_versions.h"

namespace ptqbench {
namespace {

/// The cores this process may run on, as "0101..." by number.
std::string affinity() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return "1";
  std::string cores;
  for (int core = 0; core < CPU_SETSIZE; ++core) cores += CPU_ISSET(core, &set) ? '1' : '0';
  return cores;
}

}  // namespace

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
  const std::string place = host_name() + "/" + affinity();
  const auto places = communicator.gather(place);
  const auto shared = nlohmann::json::parse(communicator.broadcast(nlohmann::json(places).dump()));
  const auto sharing = std::count(shared.begin(), shared.end(), place);
  const auto cores =
      std::count(place.begin() + static_cast<std::ptrdiff_t>(place.find('/')), place.end(), '1');
  return std::max<int64_t>(1, cores / std::max<int64_t>(1, sharing));
}

}  // namespace ptqbench
