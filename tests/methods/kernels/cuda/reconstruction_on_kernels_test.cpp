#include <gtest/gtest.h>
#include <torch/types.h>

#include "methods/kernels/cpu/cpu_kernels.h"
#include "methods/reconstruction/engine.h"
#include "tests/helpers/golden.h"
#include "tests/helpers/recorded_trace.h"
#include "tests/methods/kernels/cuda/kernels_under_test.h"

// The engine on kernels of CUDA devices, on the recorded units.
namespace ptqbench {
namespace {

using testing::GoldenGroup;
using testing::KernelsUnderTest;

/// Kernels of the CPU's tensors are replaced while the engine works on emulated ones.
class Scope {
 public:
  explicit Scope(const KernelsUnderTest& under_test) {
    if (under_test.device.is_cpu())
      replaced_ = std::make_unique<CpuKernelsReplaced>(*under_test.kernels);
  }

 private:
  std::unique_ptr<CpuKernelsReplaced> replaced_;
};

/// A recorded unit on a device, with mini-batches and masks of a Philox stream.
struct OnDevice {
  OnDevice(const GoldenGroup& golden, const at::Device& device)
      : graph(testing::recorded_block(golden)),
        unit(graph.units(Granularity::kBlock).at(0)),
        data(testing::recorded_data(golden, at::MemoryFormat::ChannelsLast)),
        phase(testing::recorded_phase(golden)),
        settings(testing::recorded_settings(golden)),
        random(1, "unit") {
    graph.move_to(device);
    for (auto* streams : {&data.quantized_inputs, &data.full_precision_inputs, &data.targets})
      *streams = on_device(*streams, device);
    engine = std::make_unique<UnitReconstruction>(graph, unit, data, phase, settings, random, group);
  }

  UnitGraph graph;
  Unit unit;
  UnitData data;
  Phase phase;
  MethodSettings settings;
  PhiloxSource random;
  LocalGroup group;
  std::unique_ptr<UnitReconstruction> engine;
};

class ReconstructionOnKernels : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    under_test_ = testing::kernels_under_test();
    if (!under_test_) GTEST_SKIP() << testing::why_no_kernels();
  }
  const KernelsUnderTest& under_test() const { return *under_test_; }
  GoldenGroup golden() const {
    return GoldenGroup::open("quant.h5").group("reconstruction").group(GetParam());
  }

 private:
  std::optional<KernelsUnderTest> under_test_;
};

/// As many as show graphs being replayed, and few enough for an emulator.
constexpr int64_t kIterations = 10;

TEST_P(ReconstructionOnKernels, FollowsTheCpuFromStateToState) {
  OnDevice cpu(golden(), at::kCPU);
  OnDevice other(golden(), under_test().device);
  for (int64_t t = 0; t < kIterations; ++t) {
    other.engine->restore(cpu.engine->state());
    const auto expected = cpu.engine->iterate(t);
    const Scope scope(under_test());
    const auto losses = other.engine->iterate(t);
    // An activation may fall to the other side of a rounding boundary.
    EXPECT_NEAR(losses.reconstruction, expected.reconstruction, 1e-3 * expected.reconstruction);
    EXPECT_NEAR(losses.rounding, expected.rounding, 1e-5 * expected.rounding + 1e-9);
  }
}

TEST_P(ReconstructionOnKernels, GivesTheSameBitsAgain) {
  const Scope scope(under_test());
  OnDevice first(golden(), under_test().device);
  OnDevice again(golden(), under_test().device);
  first.engine->run(0, kIterations);
  again.engine->run(0, kIterations);
  const auto expected = first.engine->state();
  const auto state = again.engine->state();
  for (size_t i = 0; i < state.size(); ++i)
    EXPECT_TRUE(at::equal(state[i].value, expected[i].value)) << state[i].name;
  EXPECT_EQ(again.engine->curve().reconstruction, first.engine->curve().reconstruction);
}

INSTANTIATE_TEST_SUITE_P(All, ReconstructionOnKernels,
                         ::testing::Values("block_nodrop_w4a4", "block_qdrop_w2a4",
                                           "block_qdrop_w2a2_downsample"));

}  // namespace
}  // namespace ptqbench
