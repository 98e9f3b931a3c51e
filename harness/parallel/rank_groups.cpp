#include "harness/parallel/rank_groups.h"

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <thread>

#include "methods/support/error.h"

namespace ptqbench {
namespace {

constexpr auto kPollInterval = std::chrono::milliseconds(2);

/// No item: the work is over.
constexpr const char* kDismissed = "";

void tell(Communicator& members, const std::string& text) {
  for (int member = 1; member < members.size(); ++member) members.send(member, text);
}

}  // namespace

RankGroups form_groups(Communicator& communicator, int64_t size, const at::Device& device) {
  const int group_size = static_cast<int>(size);
  if (communicator.size() % group_size != 0) {
    throw ConfigError(fmt::format(
        "devices_per_cell is {}, and {} rank(s) make no whole groups of that size: start a "
        "multiple of {} ranks",
        size, communicator.size(), size));
  }
  if (group_size > 1 && !communicator.allows_threads()) {
    throw Error(
        "devices_per_cell above 1 needs an MPI library that several threads may use at a time "
        "(MPI_THREAD_MULTIPLE)");
  }
  const int rank = communicator.rank();
  RankGroups groups;
  groups.leaders = communicator.split(rank % group_size == 0 ? 0 : 1);
  groups.members = communicator.split(rank / group_size);
  groups.devices = groups.members->device_group(device);
  return groups;
}

void announce_item(Communicator& members, size_t item) { tell(members, std::to_string(item)); }

void dismiss_members(Communicator& members) { tell(members, kDismissed); }

void follow_leader(Communicator& members, const std::function<void(size_t item)>& work) {
  while (true) {
    const auto arrived = members.poll();
    if (!arrived) {
      std::this_thread::sleep_for(kPollInterval);
      continue;
    }
    if (arrived->second == kDismissed) return;
    work(std::stoull(arrived->second));
  }
}

}  // namespace ptqbench
