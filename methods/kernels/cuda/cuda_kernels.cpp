#include "methods/kernels/cuda/cuda_kernels.h"

#include <ATen/cuda/CUDAContext.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGraphsC10Utils.h>
#include <torch/types.h>

#include <map>
#include <mutex>
#include <stdexcept>

#include "methods/kernels/cuda/launched_kernels.h"

namespace ptqbench {
namespace {

/// A counter for each stream that has been launched on, for as long as the program runs: captured
/// graphs go on using theirs.
class Tickets {
 public:
  unsigned* of(const at::cuda::CUDAStream& stream) {
    const std::lock_guard<std::mutex> lock(mutex_);
    auto& counter = counters_[stream.stream()];
    if (!counter.defined()) {
      // Memory of a graph's own would go with it.
      if (c10::cuda::currentStreamCaptureStatusMayInitCtx() != c10::cuda::CaptureStatus::None)
        throw std::logic_error("a CUDA stream was captured before its first use");
      counter = at::zeros({1}, at::dtype(at::kInt).device(at::kCUDA, stream.device_index()));
    }
    return reinterpret_cast<unsigned*>(counter.data_ptr<int32_t>());
  }

 private:
  std::mutex mutex_;
  std::map<cudaStream_t, at::Tensor> counters_;
};

class CurrentStream : public LaunchSite {
 public:
  cuda::Stream stream() const override { return at::cuda::getCurrentCUDAStream().stream(); }
  unsigned* ticket() const override {
    // Never destroyed: CUDA may be gone before the program's statics are.
    static auto* const tickets = new Tickets;
    return tickets->of(at::cuda::getCurrentCUDAStream());
  }
  void require_launched() const override { C10_CUDA_CHECK(cudaGetLastError()); }
};

}  // namespace

const Kernels& cuda_kernels() {
  static const CurrentStream site;
  static const LaunchedKernels kernels(site);
  return kernels;
}

}  // namespace ptqbench
