#include "harness/parallel/nccl_device_group.h"

#include <ATen/cuda/CUDAEvent.h>
#include <c10/cuda/CUDAStream.h>
#include <cuda_runtime_api.h>
#include <fmt/format.h>

#include <stdexcept>
#include <thread>
#include <vector>

#include "support/error.h"

namespace ptqbench {
namespace {

/// Tag of the message that a member has left; its number is what partings() was.
constexpr int kLeft = 1;

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
  join();
}

NcclDeviceGroup::~NcclDeviceGroup() {
  if (devices_ != nullptr) ncclCommDestroy(devices_);
}

void NcclDeviceGroup::join() {
  // Each step is agreed on, or a member that fails would leave the others waiting inside NCCL.
  require_no_problem(device_.is_cuda() ? problem_of(cudaSetDevice(device_.index()))
                                       : "it is no CUDA device but " + device_.str());
  ncclUniqueId id{};
  require_no_problem(leads() ? problem_of(ncclGetUniqueId(&id)) : std::string());
  MPI_Bcast(&id, sizeof(id), MPI_BYTE, 0, this->ranks());
  require_no_problem(problem_of(ncclCommInitRank(&devices_, size(), id, member())));
  joined_after_ = partings();
}

void NcclDeviceGroup::abort_sums() noexcept {
  if (devices_ != nullptr) ncclCommAbort(devices_);
  devices_ = nullptr;
}

void NcclDeviceGroup::add_up(at::Tensor& flat) {
  // All members have the same count of partings, so they join again together.
  if (joined_after_ != partings()) {
    abort_sums();
    join();
  }
  const auto type = flat.scalar_type() == at::kFloat ? ncclFloat32 : ncclFloat64;
  const auto stream = c10::cuda::getCurrentCUDAStream(device_.index());
  const auto problem =
      problem_of(ncclAllReduce(flat.data_ptr(), flat.data_ptr(), static_cast<size_t>(flat.numel()),
                               type, ncclSum, devices_, stream.stream()));
  if (!problem.empty()) {
    abort_sums();
    throw Error("NCCL all-reduce: " + problem);
  }
  wait_for_sum();
}

void NcclDeviceGroup::wait_for_sum() {
  at::cuda::CUDAEvent done;
  done.record(c10::cuda::getCurrentCUDAStream(device_.index()));
  while (!done.query()) {
    ncclResult_t state = ncclSuccess;
    const auto asked = ncclCommGetAsyncError(devices_, &state);
    const auto problem = problem_of(asked != ncclSuccess ? asked : state);
    if (!problem.empty()) {
      abort_sums();
      throw Error("NCCL all-reduce: " + problem);
    }
    if (someone_left()) {
      abort_sums();
      // Where who has left says why.
      require_all();
      throw std::logic_error("a member left the group and did not say why");
    }
    std::this_thread::yield();
  }
}

bool NcclDeviceGroup::someone_left() const {
  for (;;) {
    int there = 0;
    MPI_Status status;
    MPI_Iprobe(MPI_ANY_SOURCE, kLeft, ranks(), &there, &status);
    if (there == 0) return false;
    int after = 0;
    MPI_Recv(&after, 1, MPI_INT, status.MPI_SOURCE, kLeft, ranks(), MPI_STATUS_IGNORE);
    // Those who were not inside NCCL have heard of earlier partings in the agreement.
    if (after == partings()) return true;
  }
}

void NcclDeviceGroup::leave(Reason reason, const std::string& text) noexcept {
  if (!open()) return;
  const int after = partings();
  std::vector<MPI_Request> told(static_cast<size_t>(size()), MPI_REQUEST_NULL);
  for (int other = 0; other < size(); ++other) {
    if (other == member()) continue;
    // One number goes out at once, whether the other asks for it or not.
    MPI_Isend(&after, 1, MPI_INT, other, kLeft, ranks(), &told[static_cast<size_t>(other)]);
  }
  MPI_Waitall(size(), told.data(), MPI_STATUSES_IGNORE);
  abort_sums();
  MpiDeviceGroup::leave(reason, text);
}

std::string nccl_version() {
  int version = 0;
  if (ncclGetVersion(&version) != ncclSuccess) return "unknown";
  return fmt::format("{}.{}.{}", version / 10000, version / 100 % 100, version % 100);
}

}  // namespace ptqbench
