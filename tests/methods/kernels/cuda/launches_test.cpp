#include <gtest/gtest.h>
#include <torch/types.h>

#include "methods/reconstruction/engine.h"
#include "tests/helpers/emulated_kernels.h"
#include "tests/helpers/golden.h"
#include "tests/helpers/recorded_trace.h"
#include "tests/methods/kernels/cuda/kernels_under_test.h"

namespace ptqbench {
namespace {

TEST(Launches, OfOurKernelsInAnIterationOfABasicBlockAreEight) {
  const auto golden =
      testing::GoldenGroup::open("quant.h5").group("reconstruction").group("block_qdrop_w2a4");
  const auto graph = testing::recorded_block(golden);
  const auto unit = graph.units(Granularity::kBlock).at(0);
  const auto data = testing::recorded_data(golden, at::MemoryFormat::ChannelsLast);
  const auto phase = testing::recorded_phase(golden);
  const auto settings = testing::recorded_settings(golden);
  PhiloxSource random(1, "unit");
  LocalGroup group;
  const CpuKernelsReplaced replaced(*testing::kernels_under_test()->kernels);
  UnitReconstruction engine(graph, unit, data, phase, settings, random, group);
  engine.run(0, 3);
  const int64_t before = testing::emulated_launches();
  engine.run(3, 1);
  // The iteration's numbers, the mixed input, the inner activation forward and backward, the loss
  // with the last activation, the weights, the steps, the curve.
  constexpr int64_t kPasses = 8;
  // The input's and two activations': one launch each on the CPU, where masks are drawn at their
  // places, and one for all elsewhere.
  constexpr int64_t kMasks = 3;
  EXPECT_EQ(testing::emulated_launches() - before, kPasses + kMasks);
}

}  // namespace
}  // namespace ptqbench
