#include "methods/reconstruction/engine.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>

#include "methods/reconstruction/adam.h"
#include "support/error.h"
#include "tests/helpers/composed_reconstruction.h"
#include "tests/helpers/golden.h"
#include "tests/helpers/recorded_trace.h"
#include "tests/helpers/stepped_reconstruction.h"

namespace ptqbench {
namespace {

using testing::GoldenGroup;
using testing::SteppedReconstruction;
using testing::VariableMap;

class OfficialTrace : public ::testing::TestWithParam<std::string> {};

/// What has gone into Adam's first moments, of the variables whose names end in `kind`, in the
/// order of `sites`.
template <class Site>
std::vector<at::Tensor> gradients(const std::vector<Site*>& sites, const std::string& kind,
                                  const VariableMap& before, const VariableMap& after) {
  std::vector<at::Tensor> all;
  for (const Site* site : sites) {
    const auto moment = after.find(site->name + kind + ".first_moment");
    if (moment == after.end()) continue;
    all.push_back((moment->second - before.at(moment->first) * kAdamBeta1) / (1 - kAdamBeta1));
  }
  return all;
}

/// Both sides are sums of float32, in other orders; `magnitudes` is what their accuracy is relative
/// to.
void expect_close_gradients(const std::vector<at::Tensor>& actual,
                            const std::vector<at::Tensor>& expected,
                            const std::vector<double>& magnitudes) {
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < actual.size(); ++i)
    EXPECT_LE((actual[i] - expected[i]).norm().item<double>(), 2e-5 * magnitudes.at(i)) << i;
}

std::vector<double> lengths(const std::vector<at::Tensor>& vectors) {
  std::vector<double> all;
  for (const auto& vector : vectors) all.push_back(vector.norm().item<double>());
  return all;
}

TEST_P(OfficialTrace, EqualsTheCompositionOfPlainOperatorsFromTheSameState) {
  const auto golden = GoldenGroup::open("quant.h5").group("reconstruction").group(GetParam());
  const auto settings = testing::recorded_settings(golden);
  const auto phase = testing::recorded_phase(golden);
  const auto fused_model = testing::recorded_block(golden);
  const auto composed_model = testing::recorded_block(golden);
  const auto unit = fused_model.units(Granularity::kBlock).at(0);
  const auto fused_data = testing::recorded_data(golden, at::MemoryFormat::ChannelsLast);
  const auto composed_data = testing::recorded_data(golden, at::MemoryFormat::Contiguous);
  testing::RecordedSource random(golden, at::MemoryFormat::ChannelsLast);
  const testing::Recording recording(golden);
  LocalGroup group;
  SteppedReconstruction fused(fused_model, unit, fused_data, phase, settings, random, group);
  testing::ComposedReconstruction composed(
      composed_model, unit, composed_data, phase, settings,
      [&](int64_t t) { return recording.batch(t); },
      [&](int64_t t, int64_t place, const at::Tensor&) { return recording.mask(t, place); });

  int64_t held = 0;
  auto before = fused.state();
  for (int64_t t = 0; t < phase.iterations; ++t) {
    SCOPED_TRACE("iteration " + std::to_string(t));
    composed.restore(before);
    const auto mine = fused.iterate(t);
    const auto theirs = composed.iterate(t);
    const auto after = fused.state();
    // Where an activation lies on a rounding boundary the two may see different sides of it.
    if (composed.boundary_elements() == 0) {
      EXPECT_NEAR(mine.reconstruction, theirs.reconstruction, 1e-5 * theirs.reconstruction);
      expect_close_gradients(gradients(fused_model.weight_sites(), ".alpha", before, after),
                             composed.alpha_gradients(), lengths(composed.alpha_gradients()));
      expect_close_gradients(gradients(fused_model.activation_sites(), ".scale", before, after),
                             composed.scale_gradients(), composed.scale_gradient_magnitudes());
      ++held;
    }
    EXPECT_NEAR(mine.rounding, theirs.rounding, 1e-5 * theirs.rounding);
    before = after;
  }
  // Of about 8,000 activations 2e-5 each lie there: one iteration in six.
  EXPECT_GE(held, phase.iterations / 2);
}

INSTANTIATE_TEST_SUITE_P(All, OfficialTrace,
                         ::testing::Values("block_nodrop_w4a4", "block_qdrop_w2a4",
                                           "block_qdrop_w2a2_downsample"));

TEST(ReconstructUnit, TakesDataInEitherLayout) {
  const auto golden =
      GoldenGroup::open("quant.h5").group("reconstruction").group("block_qdrop_w2a4");
  auto phase = testing::recorded_phase(golden);
  phase.drop_probability = 0;
  const auto settings = testing::recorded_settings(golden);
  LocalGroup group;
  struct InLayout {
    InLayout(const GoldenGroup& golden, at::MemoryFormat layout, const Phase& phase,
             const MethodSettings& settings, LocalGroup& group)
        : graph(testing::recorded_block(golden)),
          unit(graph.units(Granularity::kBlock).at(0)),
          data(testing::recorded_data(golden, layout)),
          random(golden, layout),
          engine(graph, unit, data, phase, settings, random, group) {}
    UnitGraph graph;
    Unit unit;
    UnitData data;
    testing::RecordedSource random;
    SteppedReconstruction engine;
  };
  InLayout planes(golden, at::MemoryFormat::Contiguous, phase, settings, group);
  InLayout pixels(golden, at::MemoryFormat::ChannelsLast, phase, settings, group);
  int64_t differing = 0;
  for (int64_t t = 0; t < phase.iterations; ++t) {
    pixels.engine.restore(planes.engine.state());
    const double expected = planes.engine.iterate(t).reconstruction;
    const double distance = std::abs(pixels.engine.iterate(t).reconstruction / expected - 1);
    if (distance > 1e-5) ++differing;
  }
  // An activation falls to the other side of a rounding boundary in one iteration of fifty.
  EXPECT_LE(differing, 5);
}

TEST(ReconstructUnit, ReportsALossThatIsNotFinite) {
  const auto golden =
      GoldenGroup::open("quant.h5").group("reconstruction").group("block_nodrop_w4a4");
  const auto graph = testing::recorded_block(golden);
  const UnitData data{{golden.tensor("quant_input") * std::nan("")},
                      {golden.tensor("fp_input")},
                      {golden.tensor("fp_output")},
                      {},
                      all_samples(golden.tensor("quant_input").size(0))};
  testing::RecordedSource random(golden, at::MemoryFormat::Contiguous);
  LocalGroup group;
  EXPECT_THROW(reconstruct_unit(graph, graph.units(Granularity::kBlock).at(0), data,
                                testing::recorded_phase(golden), testing::recorded_settings(golden),
                                random, group),
               Error);
}

}  // namespace
}  // namespace ptqbench
