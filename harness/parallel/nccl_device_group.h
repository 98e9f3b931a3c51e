#pragma once

#include <nccl.h>

#include "harness/parallel/mpi_device_group.h"

namespace ptqbench {

/// The same for CUDA devices, one a member: NCCL adds up, MPI carries its id and the agreement.
///
/// A sum that one member cannot take part in would keep the others inside NCCL for ever. So each
/// watches its own: it ends with the sum, with an error of NCCL's, or with the word of a member that
/// has left, and in the latter cases the communicator is aborted. Another one joins the devices at
/// the first sum after that.
class NcclDeviceGroup : public MpiDeviceGroup {
 public:
  /// Collective. `device`: this member's. Throws Error when NCCL cannot join the devices, on all
  /// members alike.
  NcclDeviceGroup(MPI_Comm ranks, const at::Device& device);
  ~NcclDeviceGroup() override;
  NcclDeviceGroup(const NcclDeviceGroup&) = delete;
  NcclDeviceGroup& operator=(const NcclDeviceGroup&) = delete;

  at::Device device() const override { return device_; }
  void leave(Reason reason, const std::string& text) noexcept override;

 protected:
  void add_up(at::Tensor& flat) override;

 private:
  /// Throws what the first member with a problem says, on all members. Collective.
  void require_no_problem(const std::string& problem) const;

  /// Collective.
  void join();
  void abort_sums() noexcept;
  /// Until the device has done what the stream holds. Throws where that will not happen.
  void wait_for_sum();
  /// Whether a member has left since the communicator was made, without waiting for it.
  bool someone_left() const;

  at::Device device_;
  ncclComm_t devices_ = nullptr;
  /// partings() when it was made.
  int joined_after_ = 0;
};

/// "2.18.3"
std::string nccl_version();

}  // namespace ptqbench
