#include "harness/parallel/rank_groups.h"

#include <fmt/format.h>

#include <string>

#include "support/error.h"

namespace ptqbench {
namespace {

/// No item: the work is over.
constexpr const char* kDismissed = "";

void tell(Communicator& members, const std::string& text) {
  for (int member = 1; member < members.size(); ++member) members.send(member, text);
}

/// The sums of a group go through one library.
void require_one_kind(Communicator& communicator, int group_size, const at::Device& device) {
  const auto kinds =
      gather_everywhere(communicator, c10::DeviceTypeName(device.type(), /*lower_case=*/true));
  for (size_t rank = 0; rank < kinds.size(); ++rank) {
    const size_t leader = rank - rank % static_cast<size_t>(group_size);
    if (kinds[rank] == kinds[leader]) continue;
    throw ConfigError(
        fmt::format("ranks {} and {} would share a cell, but one is on {} and the other on {}: set "
                    "'device', or "
                    "start the ranks so that {} in a row have devices of one kind",
                    leader, rank, kinds[leader], kinds[rank], group_size));
  }
}

/// The devices of this rank's group. A group that cannot be made ends all, or the others would wait
/// for its leader.
std::unique_ptr<DeviceGroup> join_devices(Communicator& communicator, Communicator& members,
                                          const at::Device& device) {
  std::unique_ptr<DeviceGroup> devices;
  std::string problem;
  try {
    devices = members.device_group(device);
  } catch (const Error& error) {
    problem = error.what();
  }
  for (const auto& each : gather_everywhere(communicator, problem)) {
    if (!each.empty()) throw Error(each);
  }
  return devices;
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
  require_one_kind(communicator, group_size, device);
  const int rank = communicator.rank();
  RankGroups groups;
  groups.leaders = communicator.split(rank % group_size == 0 ? 0 : 1);
  groups.members = communicator.split(rank / group_size);
  groups.devices = join_devices(communicator, *groups.members, device);
  return groups;
}

void announce_item(Communicator& members, size_t item) { tell(members, std::to_string(item)); }

void dismiss_members(Communicator& members) { tell(members, kDismissed); }

void follow_leader(Communicator& members, const std::function<void(size_t item)>& work) {
  while (true) {
    const auto text = wait_for_text(members);
    if (text == kDismissed) return;
    work(std::stoull(text));
  }
}

}  // namespace ptqbench
