#include "harness/parallel/nccl_device_group.h"

#include <c10/cuda/CUDAStream.h>
#include <cuda_runtime_api.h>
#include <fmt/format.h>

#include <algorithm>

#include "methods/support/error.h"

namespace ptqbench {
namespace {

/// Throws what the first member with a problem says, on all members. Collective.
void require_no_problem(MPI_Comm ranks, int member, const std::string& problem) {
  int size = 0;
  MPI_Comm_size(ranks, &size);
  const int candidate = problem.empty() ? size : member;
  int teller = size;
  MPI_Allreduce(&candidate, &teller, 1, MPI_INT, MPI_MIN, ranks);
  if (teller == size) return;
  int length = static_cast<int>(problem.size());
  MPI_Bcast(&length, 1, MPI_INT, teller, ranks);
  std::string text = teller == member ? problem : std::string(static_cast<size_t>(length), '\0');
  MPI_Bcast(text.data(), length, MPI_CHAR, teller, ranks);
  throw Error(fmt::format("NCCL cannot join {} devices for one cell: device {} of them: {}", size,
                          teller, text));
}

std::string problem_of(cudaError_t result) {
  return result == cudaSuccess ? "" : cudaGetErrorString(result);
}

std::string problem_of(ncclResult_t result) {
  return result == ncclSuccess ? "" : ncclGetErrorString(result);
}

}  // namespace

NcclDeviceGroup::NcclDeviceGroup(MPI_Comm ranks, const at::Device& device)
    : MpiDeviceGroup(ranks), device_(device) {
  // Each step is agreed on, or a member that fails would leave the others waiting inside NCCL.
  require_no_problem(this->ranks(), member(),
                     device.is_cuda() ? problem_of(cudaSetDevice(device.index()))
                                      : "it is no CUDA device but " + device.str());
  ncclUniqueId id{};
  require_no_problem(this->ranks(), member(),
                     leads() ? problem_of(ncclGetUniqueId(&id)) : std::string());
  MPI_Bcast(&id, sizeof(id), MPI_BYTE, 0, this->ranks());
  require_no_problem(this->ranks(), member(),
                     problem_of(ncclCommInitRank(&devices_, size(), id, member())));
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
