#include "methods/kernels/cuda/graph_replay.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "methods/reconstruction/engine.h"
#include "tests/helpers/golden.h"
#include "tests/helpers/recorded_trace.h"
#include "tests/methods/kernels/cuda/kernels_under_test.h"

namespace ptqbench {
namespace {

using testing::GoldenGroup;

constexpr int64_t kIterations = 30;

class GraphReplayTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto found = testing::kernels_under_test();
    if (!found) GTEST_SKIP() << testing::why_no_kernels();
    device_ = found->device;
  }
  at::Device device_ = at::kCPU;
};

TEST_F(GraphReplayTest, CountsOnThroughDirectRunsAndReplays) {
  auto counter = at::zeros({1}, at::dtype(at::kLong).device(device_));
  const auto replay = make_graph_replay(device_);
  for (int i = 1; i <= 8; ++i) {
    replay->run([&] { counter.add_(1); });
    EXPECT_EQ(counter.item<int64_t>(), i);
  }
  EXPECT_TRUE(replay->recorded());
}

TEST_F(GraphReplayTest, RunsDirectlyWhatCannotBeCaptured) {
  auto counter = at::zeros({1}, at::dtype(at::kLong).device(device_));
  const auto replay = make_graph_replay(device_);
  int64_t seen = 0;
  for (int i = 1; i <= 8; ++i) {
    // Reading a number back waits for the device, which a capture refuses.
    replay->run([&] { seen = counter.add_(1).item<int64_t>(); });
    EXPECT_EQ(seen, i);
  }
  EXPECT_FALSE(replay->recorded());
}

/// Draws as PhiloxSource does, but says that the host is needed, so that nothing is captured.
class HostSource : public PhiloxSource {
 public:
  using PhiloxSource::PhiloxSource;
  bool draws_on_device() const override { return false; }
};

/// The recorded unit after some iterations, and whether they were replayed.
struct Learned {
  std::vector<at::Tensor> state;
  std::vector<double> losses;
  bool recorded = false;
};

Learned learned_with(PhiloxSource& random, const at::Device& device) {
  const auto golden =
      GoldenGroup::open("quant.h5").group("reconstruction").group("block_qdrop_w2a4");
  auto graph = testing::recorded_block(golden);
  graph.move_to(device);
  auto data = testing::recorded_data(golden, at::MemoryFormat::ChannelsLast);
  for (auto* streams : {&data.quantized_inputs, &data.full_precision_inputs, &data.targets})
    *streams = on_device(*streams, device);
  const auto unit = graph.units(Granularity::kBlock).at(0);
  const auto phase = testing::recorded_phase(golden);
  const auto settings = testing::recorded_settings(golden);
  LocalGroup group;
  UnitReconstruction engine(graph, unit, data, phase, settings, random, group);
  engine.run(0, kIterations);
  Learned learned;
  for (const auto& variable : engine.state()) learned.state.push_back(variable.value.cpu());
  learned.losses = engine.curve().reconstruction;
  learned.recorded = engine.recorded();
  return learned;
}

TEST_F(GraphReplayTest, ReplayedIterationsHaveTheBitsOfDirectOnes) {
  PhiloxSource on_device(1, "unit");
  HostSource through_host(1, "unit");
  const auto replayed = learned_with(on_device, device_);
  const auto direct = learned_with(through_host, device_);
  EXPECT_TRUE(replayed.recorded);
  EXPECT_FALSE(direct.recorded);
  EXPECT_EQ(replayed.losses, direct.losses);
  for (size_t i = 0; i < direct.state.size(); ++i)
    EXPECT_TRUE(at::equal(replayed.state[i], direct.state[i])) << i;
}

}  // namespace
}  // namespace ptqbench
