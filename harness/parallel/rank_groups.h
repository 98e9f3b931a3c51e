#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "harness/parallel/communicator.h"

namespace ptqbench {

/// The ranks of a job in groups of equal size, each of consecutive ranks, which work on one item
/// together. The first rank of a group leads it: leaders take part in the hand-out of the work, the
/// other members do what their leader does.
struct RankGroups {
  /// All leaders; on other ranks something not to be used.
  std::unique_ptr<Communicator> leaders;
  /// This rank's group, and its devices.
  std::unique_ptr<Communicator> members;
  std::unique_ptr<DeviceGroup> devices;

  bool leads() const { return members->rank() == 0; }
};

/// Groups of `size` ranks, whose cells run on `device`, this rank's. Collective. Throws
/// ConfigError, on all ranks alike, when the ranks make no whole groups or the devices of a group
/// are not of one kind, and Error, also alike, when there are groups and MPI cannot be used by two
/// threads at a time or the devices of any group cannot work together.
RankGroups form_groups(Communicator& communicator, int64_t size, const at::Device& device);

/// The leader's side: the members are told before each item, and after the last one.
void announce_item(Communicator& members, size_t item);
void dismiss_members(Communicator& members);
/// The other members' side: does every item that the leader announces, until dismissed.
void follow_leader(Communicator& members, const std::function<void(size_t item)>& work);

}  // namespace ptqbench
