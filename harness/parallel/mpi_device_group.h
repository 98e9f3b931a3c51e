#pragma once

#include <mpi.h>

#include <optional>
#include <string>
#include <vector>

#include "methods/parallel/device_group.h"

namespace ptqbench {

/// A group whose members are the ranks of an MPI communicator. Before each sum the members agree
/// that all of them are there for it, so that one that fails never leaves the others waiting; the
/// sum itself goes over MPI, for tensors on the CPU.
class MpiDeviceGroup : public DeviceGroup {
 public:
  /// Collective. Works on a duplicate of `ranks`.
  explicit MpiDeviceGroup(MPI_Comm ranks);
  ~MpiDeviceGroup() override;
  MpiDeviceGroup(const MpiDeviceGroup&) = delete;
  MpiDeviceGroup& operator=(const MpiDeviceGroup&) = delete;

  int member() const override { return member_; }
  int size() const override { return size_; }
  at::Device device() const override { return at::kCPU; }
  void begin() override { open_ = true; }
  /// float32 and float64.
  void sum(const std::vector<at::Tensor>& tensors) override;
  void conclude() override;
  void leave(Reason reason, const std::string& text) noexcept override;

 protected:
  MPI_Comm ranks() const { return ranks_; }
  struct Told {
    int member = 0;
    std::string text;
  };
  /// What the first of the members with something to tell says, for all; none where there is none.
  /// Collective.
  std::optional<Told> first_to_tell(bool tells, const std::string& text) const;
  /// Adds up a flat, contiguous tensor.
  virtual void add_up(at::Tensor& flat);
  /// Agrees that all are there for what comes next; throws as sum() does. Collective.
  void require_all();
  /// Between begin() and the end of the work, known to all.
  bool open() const { return open_; }
  /// How often members have told the others that they cannot go on; the same for all.
  int partings() const { return partings_; }

 private:
  /// By how much they end the work.
  enum class State { kFine, kFailed, kStopped };
  struct Verdict {
    State state = State::kFine;
    std::optional<Told> told;
  };
  /// What the members say of themselves: the gravest, with the words of the first who says so.
  Verdict hear(State mine, const std::string& text);

  MPI_Comm ranks_ = MPI_COMM_NULL;
  int member_ = 0;
  int size_ = 1;
  bool open_ = false;
  int partings_ = 0;
};

}  // namespace ptqbench
