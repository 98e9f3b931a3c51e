#pragma once

#include "methods/kernels/replay.h"

namespace ptqbench {

/// Runs work directly a few times, so that libraries choose their algorithms and all memory that
/// stays is there, then captures one run as a CUDA graph and replays that. Where the capture fails
/// the work goes on being run directly, and recorded() stays false. The device's present stream
/// sees all of it in order.
std::unique_ptr<Replay> make_graph_replay(const at::Device& device);

}  // namespace ptqbench
