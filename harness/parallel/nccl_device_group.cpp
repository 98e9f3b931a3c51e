#include "harness/parallel/nccl_device_group.h"

#include <c10/cuda/CUDAStream.h>
#include <cuda_runtime_api.h>
#include <fmt/format.h>

#include "support/error.h"

namespace ptqbench {
namespace {

std::string problem_of(cudaError_t result) {
  return result == cudaSuccess ? "" : cudaGetErrorString(result);
}

std::string problem_of(ncclResult_t result) {
  return result == ncclSuccess ? "" : ncclGetErrorString(result);
}

}  // namespace

void NcclDeviceGroup::require_no_problem(const std::string& problem) const {
  if (const auto told = first_to_tell(!problem.empty(), problem)) {
    throw Error(fmt::format("NCCL cannot join {} devices for one cell: device {} of them: {}",
                            size(), told->member, told->text));
  }
}

NcclDeviceGroup::NcclDeviceGroup(MPI_Comm ranks, const at::Device& device)
    : MpiDeviceGroup(ranks), device_(device) {
  // Each step is agreed on, or a member that fails would leave the others waiting inside NCCL.
  require_no_problem(device.is_cuda() ? problem_of(cudaSetDevice(device.index()))
                                      : "it is no CUDA device but " + device.str());
  ncclUniqueId id{};
  require_no_problem(leads() ? problem_of(ncclGetUniqueId(&id)) : std::string());
  MPI_Bcast(&id, sizeof(id), MPI_BYTE, 0, this->ranks());
  require_no_problem(problem_of(ncclCommInitRank(&devices_, size(), id, member())));
}

NcclDeviceGroup::~NcclDeviceGroup() { ncclCommDestroy(devices_); }

void NcclDeviceGroup::add_up(at::Tensor& flat) {
  const auto type = flat.scalar_type() == at::kFloat ? ncclFloat32 : ncclFloat64;
  const auto stream = c10::cuda::getCurrentCUDAStream(device_.index());
  const auto problem =
      problem_of(ncclAllReduce(flat.data_ptr(), flat.data_ptr(), static_cast<size_t>(flat.numel()),
                               type, ncclSum, devices_, stream.stream()));
  if (!problem.empty()) throw Error("NCCL all-reduce: " + problem);
}

std::string nccl_version() {
  int version = 0;
  if (ncclGetVersion(&version) != ncclSuccess) return "unknown";
  return fmt::format("{}.{}.{}", version / 10000, version / 100 % 100, version % 100);
}

}  // namespace ptqbench
