#include "methods/kernels/cuda/graph_replay.h"

#include <ATen/cuda/CUDAContext.h>
#include <ATen/cuda/CUDAEvent.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAGuard.h>
#include <torch/types.h>

#include <optional>

namespace ptqbench {
namespace {

/// Direct runs before the capture. The first finds out which masks there are, the second draws them
/// as all later ones do.
constexpr int kDirectRuns = 3;

class GraphReplay : public Replay {
 public:
  explicit GraphReplay(const at::Device& device)
      : device_(device), side_(at::cuda::getStreamFromPool(false, device.index())) {}

  ~GraphReplay() override {
    // The graph's memory must not be given to others while the device works in it.
    if (graph_) side_.synchronize();
  }

  void run(const std::function<void()>& work) override {
    const c10::cuda::CUDAGuard device(device_);
    const auto present = at::cuda::getCurrentCUDAStream();
    follow(present, side_, before_);
    {
      const c10::cuda::CUDAStreamGuard stream(side_);
      run_here(work);
    }
    follow(side_, present, after_);
  }

  bool recorded() const override { return graph_.has_value(); }

 private:
  /// `second` goes on only after what `first` has to do so far.
  static void follow(const at::cuda::CUDAStream& first, const at::cuda::CUDAStream& second,
                     at::cuda::CUDAEvent& event) {
    event.record(first);
    event.block(second);
  }

  void run_here(const std::function<void()>& work) {
    if (direct_runs_ == kDirectRuns && !refused_ && !graph_) capture(work);
    if (graph_) {
      graph_->replay();
      return;
    }
    ++direct_runs_;
    work();
  }

  /// Capturing runs nothing on the device, so that a failure leaves everything as it was.
  void capture(const std::function<void()>& work) {
    side_.synchronize();
    graph_.emplace();
    try {
      // Others of the process may use the device meanwhile.
      graph_->capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
      work();
      graph_->capture_end();
    } catch (const c10::Error& error) {
      end_refused(error);
    } catch (...) {
      end_capture();
      throw;
    }
  }

  void end_refused(const c10::Error& error) {
    end_capture();
    refused_ = true;
    TORCH_WARN("an iteration cannot be captured as a CUDA graph and is launched each time: ",
               error.what_without_backtrace());
  }

  /// A capture that was broken off still has to be ended: CUDA reports the error once more, and the
  /// allocator may still give memory to the graph.
  void end_capture() {
    ignoring_errors([&] { graph_->capture_end(); });
    ignoring_errors([&] {
      c10::cuda::CUDACachingAllocator::endAllocateToPool(device_.index(), graph_->pool());
    });
    cudaGetLastError();
    graph_.reset();
  }

  template <class Action>
  static void ignoring_errors(const Action& action) {
    try {
      action();
    } catch (const c10::Error&) {
    }
  }

  at::Device device_;
  at::cuda::CUDAStream side_;
  at::cuda::CUDAEvent before_;
  at::cuda::CUDAEvent after_;
  std::optional<at::cuda::CUDAGraph> graph_;
  int direct_runs_ = 0;
  bool refused_ = false;
};

}  // namespace

std::unique_ptr<Replay> make_graph_replay(const at::Device& device) {
  return std::make_unique<GraphReplay>(device);
}

}  // namespace ptqbench
