#pragma once

#include <nccl.h>

#include "harness/parallel/mpi_device_group.h"

namespace ptqbench {

/// The same for CUDA devices, one a member: NCCL adds up, MPI carries its id and the agreement.
class NcclDeviceGroup : public MpiDeviceGroup {
 public:
  /// Collective. `device`: this member's. Throws Error when NCCL cannot join the devices, on all
  /// members alike.
  NcclDeviceGroup(MPI_Comm ranks, const at::Device& device);
  ~NcclDeviceGroup() override;
  NcclDeviceGroup(const NcclDeviceGroup&) = delete;
  NcclDeviceGroup& operator=(const NcclDeviceGroup&) = delete;

  at::Device device() const override { return device_; }

 protected:
  void add_up(at::Tensor& flat) override;

 private:
  /// Throws what the first member with a problem says, on all members. Collective.
  void require_no_problem(const std::string& problem) const;

  at::Device device_;
  ncclComm_t devices_ = nullptr;
};

/// "2.18.3"
std::string nccl_version();

}  // namespace ptqbench
