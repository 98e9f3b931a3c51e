#include "methods/kernels/replay.h"

#ifdef PTQBENCH_WITH_CUDA_KERNELS
#include "methods/kernels/cuda/graph_replay.h"
#endif

namespace ptqbench {

std::unique_ptr<Replay> make_replay([[maybe_unused]] const at::Device& device) {
#ifdef PTQBENCH_WITH_CUDA_KERNELS
  if (device.is_cuda()) return make_graph_replay(device);
#endif
  return std::make_unique<HostReplay>();
}

}  // namespace ptqbench
