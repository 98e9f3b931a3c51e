// The engine on recorded traces: of the plain composition in float64 ("plain",
// tests/golden/make_reconstruction_traces.py) and of the official code.
#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "tests/helpers/expect_close.h"
#include "tests/helpers/free_run.h"
#include "tests/helpers/recorded_trace.h"
#include "tests/helpers/stepped_reconstruction.h"
#include "tests/helpers/thread_group.h"

namespace ptqbench {
namespace {

using testing::close;
using testing::FreeRun;
using testing::GoldenGroup;
using testing::SteppedReconstruction;
using testing::VariableMap;

/// Relative accuracy of losses and gradients that were summed in float32, in another order and
/// through a chain of two convolutions.
constexpr double kFloat32Accuracy = 1e-5;
/// Half a unit in the last place, relative.
constexpr double kFloat32Rounding = 6e-8;

/// Adam's constants (arXiv:1412.6980, section 2), of the tests' own.
constexpr double kBeta1 = 0.9;
constexpr double kBeta2 = 0.999;
constexpr double kEpsilon = 1e-8;

GoldenGroup plain_traces() { return GoldenGroup::open("traces.h5").group("plain"); }

at::Tensor doubles(const at::Tensor& x) { return x.to(at::kDouble); }
double length(const at::Tensor& x) { return doubles(x).norm().item<double>(); }
double element(const at::Tensor& x, int64_t i) { return x[i].item<double>(); }

bool is_moment(const std::string& name) { return name.find("_moment") != std::string::npos; }
bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/// The gradient that took Adam's first moment from `before` to `after`.
at::Tensor gradient_of(const std::string& variable, const VariableMap& before,
                       const VariableMap& after) {
  const auto name = variable + ".first_moment";
  return (doubles(after.at(name)) - doubles(before.at(name)) * kBeta1) / (1 - kBeta1);
}

/// The samples that a member of `group` holds, channels last.
UnitData share_of_data(const GoldenGroup& golden, const DeviceGroup& group) {
  auto data = testing::recorded_data(golden, at::MemoryFormat::ChannelsLast);
  data.share = share_of(data.share.total, group);
  for (auto* tensors : {&data.quantized_inputs, &data.full_precision_inputs, &data.targets})
    tensors->at(0) = tensors->at(0).slice(0, data.share.first, data.share.last);
  return data;
}

/// The engine on one trace, as a member of a group.
struct Replay {
  Replay(const GoldenGroup& golden, DeviceGroup& group)
      : graph(testing::recorded_block(golden)),
        unit(graph.units(Granularity::kBlock).at(0)),
        data(share_of_data(golden, group)),
        phase(testing::recorded_phase(golden)),
        settings(testing::recorded_settings(golden)),
        random(golden, at::MemoryFormat::ChannelsLast),
        engine(graph, unit, data, phase, settings, random, group) {}

  UnitGraph graph;
  Unit unit;
  UnitData data;
  Phase phase;
  MethodSettings settings;
  testing::RecordedSource random;
  SteppedReconstruction engine;
};

/// The states and iterations that a trace records.
class Records {
 public:
  explicit Records(const GoldenGroup& golden) : iterations_(golden.group("iterations")) {
    const auto states = golden.group("state");
    const auto numbers = states.tensor("iteration");
    for (int64_t row = 0; row < numbers.size(0); ++row) {
      auto& state = states_[numbers[row].item<int64_t>()];
      for (const auto& name : states.children()) {
        if (name != "iteration") state[name] = states.tensor(name)[row];
      }
    }
    const auto recorded = iterations_.tensor("iteration");
    for (int64_t row = 0; row < recorded.size(0); ++row) rows_[recorded[row].item<int64_t>()] = row;
  }

  bool has(int64_t t) const { return rows_.count(t) != 0; }
  const VariableMap& state(int64_t t) const { return states_.at(t); }
  double value(const std::string& column, int64_t t) const {
    return element(iterations_.tensor(column), rows_.at(t));
  }
  /// By how much the loss, or the norm of a gradient, moves when the elements that lie on a
  /// rounding boundary fall to its other side.
  double slack(const std::string& of, int64_t t) const {
    return element(iterations_.group("slack").tensor(of), rows_.at(t));
  }
  /// What the accuracy of a gradient is relative to.
  double magnitude(const std::string& of, int64_t t) const {
    return element(iterations_.group("magnitude").tensor(of), rows_.at(t));
  }

 private:
  GoldenGroup iterations_;
  std::map<int64_t, VariableMap> states_;
  std::map<int64_t, int64_t> rows_;
};

void expect_same_moments(const std::string& variable, const VariableMap& before,
                         const VariableMap& mine, const VariableMap& theirs, double magnitude,
                         double slack) {
  const auto gradient = gradient_of(variable, before, mine);
  const auto expected = gradient_of(variable, before, theirs);
  // Moments are kept in float32, and a gradient is a tenth of what changes in the first one.
  const double rounding =
      4 * kFloat32Rounding * length(theirs.at(variable + ".first_moment")) / (1 - kBeta1);
  EXPECT_LE(length(gradient - expected), kFloat32Accuracy * magnitude + rounding + slack)
      << "gradient of " << variable;
  const auto second = variable + ".second_moment";
  const auto change = doubles(before.at(second)) * kBeta2 + gradient * gradient * (1 - kBeta2) -
                      doubles(mine.at(second));
  // The gradient is read back from the first moment, with that one's rounding.
  const double largest = gradient.abs().max().item<double>();
  EXPECT_LE(length(change),
            4 * kFloat32Rounding * length(mine.at(second)) + 2 * (1 - kBeta2) * largest * rounding)
      << "second moment of " << variable;
}

/// Holds the step of a variable against Adam in float64 on the moments that the engine has.
void expect_adam_step(const std::string& variable, const Replay& replay, int64_t t,
                      const VariableMap& before, const VariableMap& after) {
  const bool rounding = ends_with(variable, ".alpha");
  const auto total = static_cast<double>(replay.phase.iterations);
  const double decayed =
      replay.phase.step_lr * 0.5 * (1 + std::cos(M_PI * static_cast<double>(t) / total));
  const double rate = rounding ? replay.settings.rounding_lr : decayed;
  const double count = static_cast<double>(t + 1);
  const auto first = doubles(after.at(variable + ".first_moment")) / (1 - std::pow(kBeta1, count));
  const auto second =
      doubles(after.at(variable + ".second_moment")) / (1 - std::pow(kBeta2, count));
  auto expected = doubles(before.at(variable)) - first / (second.sqrt() + kEpsilon) * rate;
  if (ends_with(variable, ".zero_point")) {
    const double top = std::pow(2.0, replay.graph.activation_sites().front()->bits) - 1;
    expected = expected.clamp(0, top);
  }
  EXPECT_TRUE(close(after.at(variable), expected, 2 * kFloat32Rounding, kFloat32Accuracy * rate))
      << variable;
}

class PlainTrace : public ::testing::TestWithParam<std::string> {};

void expect_recorded_iterations(const GoldenGroup& golden, DeviceGroup& group) {
  const Records records(golden);
  Replay replay(golden, group);
  int64_t held = 0;
  for (int64_t t = 0; t < replay.phase.iterations; ++t) {
    if (!records.has(t)) {
      replay.engine.iterate(t);
      continue;
    }
    SCOPED_TRACE("iteration " + std::to_string(t));
    const auto& before = records.state(t);
    const auto& theirs = records.state(t + 1);
    replay.engine.restore(before);
    const auto losses = replay.engine.iterate(t);
    const auto mine = replay.engine.state();
    const double loss = records.value("loss", t);
    EXPECT_NEAR(losses.reconstruction, loss, kFloat32Accuracy * loss + records.slack("loss", t));
    const double regulariser = records.value("regulariser", t);
    EXPECT_NEAR(losses.rounding, regulariser, kFloat32Accuracy * regulariser);
    for (const auto& [variable, value] : before) {
      if (is_moment(variable)) continue;
      expect_same_moments(variable, before, mine, theirs, records.magnitude(variable, t),
                          records.slack(variable, t));
      expect_adam_step(variable, replay, t, before, mine);
      ++held;
    }
  }
  EXPECT_GE(held, 15 * 2) << "fifteen iterations of at least two steps are recorded";
}

TEST_P(PlainTrace, EachIterationFollowsFromTheRecordedStateBeforeIt) {
  LocalGroup alone;
  expect_recorded_iterations(plain_traces().group(GetParam()), alone);
}

TEST_P(PlainTrace, EachIterationOfAGroupOfTwoDoesToo) {
  testing::run_as_group(2, [&](DeviceGroup& group) {
    expect_recorded_iterations(plain_traces().group(GetParam()), group);
  });
}

TEST_P(PlainTrace, HasFewElementsOnRoundingBoundaries) {
  const auto golden = plain_traces().group(GetParam());
  const auto counts = golden.group("iterations").tensor("boundary_elements");
  const auto batch = golden.tensor("idx").size(1);
  const auto outputs = golden.tensor("fp_output")[0].numel();
  const auto elements = static_cast<double>(2 * batch * outputs * counts.numel());
  // A boundary's neighbourhood takes 4e-5 of a step, and there is one a step: what the iterations
  // are allowed for such elements must stay the exception. Three times that, and one for luck.
  EXPECT_LE(counts.sum().item<double>(), 1 + 3 * 4e-5 * elements);
}

INSTANTIATE_TEST_SUITE_P(All, PlainTrace, ::testing::ValuesIn(plain_traces().children()),
                         [](const auto& info) { return info.param; });

/// A trace of the official code, and what float32 and float64 runs of the composition make of it.
struct OfficialTrace {
  explicit OfficialTrace(const std::string& name)
      : golden(GoldenGroup::open("quant.h5").group("reconstruction").group(name)),
        free_run(GoldenGroup::open("traces.h5").group("official").group(name).group("free_run")) {}
  GoldenGroup golden;
  FreeRun free_run;
};

std::vector<double> numbers(const at::Tensor& x) {
  return {x.data_ptr<double>(), x.data_ptr<double>() + x.numel()};
}

/// Without restoring anything; with its losses.
std::vector<double> run_freely(Replay& replay) {
  std::vector<double> losses;
  for (int64_t t = 0; t < replay.phase.iterations; ++t)
    losses.push_back(replay.engine.iterate(t).reconstruction);
  return losses;
}

/// Which of the runs took another path than float32 runs of the composition do, and when.
struct FreeRunResults {
  std::vector<std::string> left;
  int64_t on_the_path = 0;

  /// Variables of a run on the composition's path are held to the composition's.
  void add(const std::string& name, const FreeRun& expected, Replay& replay) {
    SCOPED_TRACE(name);
    const auto losses = run_freely(replay);
    if (const auto where = expected.leaves(losses)) {
      left.push_back(name + " at " + std::to_string(*where));
      return;
    }
    if (!testing::on_the_same_path(losses, expected.losses())) return;
    ++on_the_path;
    const auto state = replay.engine.state();
    for (const auto& variable : expected.variables()) {
      EXPECT_TRUE(
          close(state.at(variable), expected.last(variable), 0, expected.tolerance(variable)))
          << variable;
    }
  }
};

TEST(FreeRuns, StayWithTheCompositionAsLongAsFloat32RunsOfItDo) {
  FreeRunResults results;
  LocalGroup alone;
  for (const auto& name : plain_traces().children()) {
    const auto golden = plain_traces().group(name);
    Replay replay(golden, alone);
    results.add(name, FreeRun(golden.group("free_run")), replay);
  }
  for (const auto& name : GoldenGroup::open("traces.h5").group("official").children()) {
    const OfficialTrace trace(name);
    Replay replay(trace.golden, alone);
    results.add(name, trace.free_run, replay);
  }
  // One run of forty-one is the first to leave, by chance. Of fourteen traces three do so less than
  // once in two hundred machines.
  EXPECT_LE(results.left.size(), 2U) << ::testing::PrintToString(results.left);
  // Nine of the fourteen have no boundary that float32 runs fall over.
  EXPECT_GE(results.on_the_path, 7);
}

class OfficialTraces : public ::testing::TestWithParam<std::string> {};

TEST_P(OfficialTraces, AreTracesOfTheComposition) {
  const OfficialTrace trace(GetParam());
  const auto losses = numbers(trace.golden.tensor("loss_rec"));
  EXPECT_EQ(trace.free_run.leaves(losses), std::nullopt);
  if (!testing::on_the_same_path(losses, trace.free_run.losses())) return;
  for (const char* name : {"conv1", "conv2", "downsample"}) {
    if (!trace.golden.has(name)) continue;
    const auto variable = std::string(name) + ".weight.alpha";
    EXPECT_TRUE(close(trace.golden.group(name).tensor("alpha_final"), trace.free_run.last(variable),
                      0, trace.free_run.tolerance(variable)))
        << variable;
  }
}

/// Holds what `graph` learned on the official code's path against what that did: a weight is
/// rounded the same way unless its alpha ended up within the tolerance from where that turns.
void expect_official_result(const OfficialTrace& trace, const UnitGraph& graph) {
  for (const WeightSite* site : graph.weight_sites()) {
    const auto reference = testing::recorded_weight(trace.golden, site->name);
    const auto differs =
        (site->quantized - reference.tensor("weight_hard"))
            .abs()
            .gt(broadcast_to_channels(site->quantizer->scale, site->quantized) / 2);
    const auto close_to_turning =
        reference.tensor("alpha_final").abs().le(trace.free_run.tolerance(site->name + ".alpha"));
    EXPECT_FALSE(differs.logical_and(close_to_turning.logical_not()).any().item<bool>())
        << site->name;
  }
  for (const ActivationSite* site : graph.activation_sites()) {
    if (!site->quantizer) continue;
    const auto reference = testing::recorded_activation(trace.golden, site->name);
    EXPECT_TRUE(close(site->quantizer->scale, reference.tensor("scale_final"), 0,
                      2 * trace.free_run.tolerance(site->name + ".scale")))
        << site->name;
  }
}

TEST_P(OfficialTraces, EndInTheOfficialWeightsAndSteps) {
  const OfficialTrace trace(GetParam());
  LocalGroup alone;
  Replay replay(trace.golden, alone);
  const auto losses = run_freely(replay);
  replay.engine.finish();
  if (!testing::on_the_same_path(losses, numbers(trace.golden.tensor("loss_rec"))))
    GTEST_SKIP() << "an activation fell to the other side of a rounding boundary on this machine";
  expect_official_result(trace, replay.graph);
}

TEST_P(OfficialTraces, LeadToTheOfficialOutput) {
  const OfficialTrace trace(GetParam());
  LocalGroup alone;
  Replay replay(trace.golden, alone);
  for (WeightSite* site : replay.graph.weight_sites())
    site->quantized = testing::recorded_weight(trace.golden, site->name).tensor("weight_hard");
  for (ActivationSite* site : replay.graph.activation_sites()) {
    if (!site->quantizer) continue;
    site->quantizer->scale =
        testing::recorded_activation(trace.golden, site->name).tensor("scale_final");
  }
  QuantizedPass pass(QuantizedPass::Activations::kQuantized);
  const auto output = replay.graph.forward(replay.unit, replay.data.quantized_inputs, pass).at(0);
  const auto steps = (output - trace.golden.tensor("output_after")).abs() /
                     trace.golden.group("act_block").tensor("scale_final");
  // Sums of float32 are off by millionths of a step: of some thousand outputs hardly one lies so
  // close to a boundary, and it falls to the next step.
  EXPECT_LE(steps.gt(1e-3).sum().item<int64_t>(), 2);
  EXPECT_LE(steps.max().item<double>(), 1.001);
}

TEST_P(OfficialTraces, AreFollowedByAGroupOfTwoWithHalfTheSamplesEach) {
  const OfficialTrace trace(GetParam());
  const UnitGraph models[] = {testing::recorded_block(trace.golden),
                              testing::recorded_block(trace.golden)};
  std::vector<LossCurve> curves(2);
  testing::run_as_group(2, [&](DeviceGroup& group) {
    const auto member = static_cast<size_t>(group.member());
    const auto data = share_of_data(trace.golden, group);
    testing::RecordedSource random(trace.golden, at::MemoryFormat::ChannelsLast);
    const auto unit = models[member].units(Granularity::kBlock).at(0);
    curves[member] =
        reconstruct_unit(models[member], unit, data, testing::recorded_phase(trace.golden),
                         testing::recorded_settings(trace.golden), random, group);
  });
  EXPECT_EQ(curves[0].reconstruction, curves[1].reconstruction);
  for (size_t i = 0; i < models[0].weight_sites().size(); ++i) {
    EXPECT_TRUE(testing::identical(models[0].weight_sites()[i]->quantized,
                                   models[1].weight_sites()[i]->quantized));
  }
  if (!testing::on_the_same_path(curves[0].reconstruction,
                                 numbers(trace.golden.tensor("loss_rec"))))
    GTEST_SKIP() << "an activation fell to the other side of a rounding boundary on this machine";
  expect_official_result(trace, models[0]);
}

INSTANTIATE_TEST_SUITE_P(All, OfficialTraces,
                         ::testing::Values("block_nodrop_w4a4", "block_qdrop_w2a4",
                                           "block_qdrop_w2a2_downsample"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace ptqbench
