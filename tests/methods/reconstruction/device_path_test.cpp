#include <ATen/record_function.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <set>

#include "methods/reconstruction/engine.h"
#include "tests/helpers/golden.h"
#include "tests/helpers/recorded_trace.h"

// What an iteration does on a device, as far as a machine without one can tell.
namespace ptqbench {
namespace {

using testing::GoldenGroup;

class DevicePath : public ::testing::TestWithParam<std::string> {};

/// Operators that make the host wait for the device.
int64_t host_reads = 0;
std::unique_ptr<at::ObserverContext> count_host_reads(const at::RecordFunction& function) {
  static const std::set<std::string> reads = {
      "aten::_local_scalar_dense", "aten::item",          "aten::nonzero",  "aten::is_nonzero",
      "aten::equal",               "aten::masked_select", "aten::_unique2", "aten::bincount"};
  if (reads.count(std::string(function.name())) != 0) ++host_reads;
  return nullptr;
}

TEST_P(DevicePath, AnIterationReadsNothingFromTheDevice) {
  const auto golden = GoldenGroup::open("quant.h5").group("reconstruction").group(GetParam());
  const auto graph = testing::recorded_block(golden);
  const auto unit = graph.units(Granularity::kBlock).at(0);
  const auto data = testing::recorded_data(golden, at::MemoryFormat::ChannelsLast);
  const auto phase = testing::recorded_phase(golden);
  const auto settings = testing::recorded_settings(golden);
  PhiloxSource random(1, "unit");
  LocalGroup group;
  UnitReconstruction reconstruction(graph, unit, data, phase, settings, random, group);
  reconstruction.run(0, 3);
  host_reads = 0;
  const auto handle = at::addGlobalCallback(
      at::RecordFunctionCallback(count_host_reads).scopes({at::RecordScope::FUNCTION}));
  reconstruction.run(3, 5);
  at::removeCallback(handle);
  EXPECT_EQ(host_reads, 0);
}

// What devices without kernels of their own run.
TEST_P(DevicePath, IsFollowedByTheCompositions) {
  const auto golden = GoldenGroup::open("quant.h5").group("reconstruction").group(GetParam());
  const auto data = testing::recorded_data(golden, at::MemoryFormat::ChannelsLast);
  const auto phase = testing::recorded_phase(golden);
  const auto settings = testing::recorded_settings(golden);
  const auto fused_model = testing::recorded_block(golden);
  const auto composed_model = testing::recorded_block(golden);
  const auto unit = fused_model.units(Granularity::kBlock).at(0);
  testing::RecordedSource fused_random(golden, at::MemoryFormat::ChannelsLast);
  testing::RecordedSource composed_random(golden, at::MemoryFormat::ChannelsLast);
  LocalGroup group;
  UnitReconstruction fused(fused_model, unit, data, phase, settings, fused_random, group);
  UnitReconstruction composed(composed_model, unit, data, phase, settings, composed_random, group);
  for (int64_t t = 0; t < phase.iterations; ++t) {
    // From the same state, so that only this iteration's rounding errors count.
    composed.restore(fused.state());
    const auto expected = fused.iterate(t);
    const CpuKernelsReplaced replaced(composed_kernels());
    const auto losses = composed.iterate(t);
    // An activation may fall to the other side of a rounding boundary.
    EXPECT_NEAR(losses.reconstruction, expected.reconstruction, 1e-3 * expected.reconstruction);
    EXPECT_NEAR(losses.rounding, expected.rounding, 1e-5 * expected.rounding + 1e-9);
  }
}

INSTANTIATE_TEST_SUITE_P(All, DevicePath,
                         ::testing::Values("block_nodrop_w4a4", "block_qdrop_w2a4",
                                           "block_qdrop_w2a2_downsample"));

}  // namespace
}  // namespace ptqbench
