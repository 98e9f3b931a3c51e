#include "methods/reconstruction/unit_checkpoints.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <map>

#include "methods/recipes/registry.h"
#include "methods/reconstruction/quantize.h"
#include "tests/helpers/expect_close.h"
#include "tests/helpers/thread_group.h"
#include "tests/helpers/tiny_models.h"

namespace ptqbench {
namespace {

/// Stands for a process that was killed.
struct Killed {};

/// Keeps copies in memory; the process is killed when it saves one more than `limit`.
class MemoryCheckpoints : public UnitCheckpoints {
 public:
  std::optional<UnitState> load(const std::string& phase, const std::string& unit) override {
    const auto found = states.find({phase, unit});
    if (found == states.end()) return std::nullopt;
    return copy(found->second);
  }

  void save(const UnitState& state) override {
    if (states.size() == limit) throw Killed();
    const bool is_new =
        states.emplace(std::pair{state.report.phase, state.report.unit}, copy(state)).second;
    EXPECT_TRUE(is_new) << state.report.phase << " " << state.report.unit << " was computed again";
  }

  std::map<std::pair<std::string, std::string>, UnitState> states;
  size_t limit = 1000;

 private:
  static UnitState copy(const UnitState& state) {
    UnitState result{{}, state.report};
    for (const auto& [name, value] : state.learned)
      result.learned.push_back({name, value.contiguous().clone()});
    return result;
  }
};

/// What others have saved, where a unit may be saved again.
class Overwriting : public UnitCheckpoints {
 public:
  explicit Overwriting(MemoryCheckpoints& inner) : inner_(inner) {}
  std::optional<UnitState> load(const std::string& phase, const std::string& unit) override {
    return inner_.load(phase, unit);
  }
  void save(const UnitState& state) override {
    inner_.states.erase({state.report.phase, state.report.unit});
    inner_.save(state);
  }

 private:
  MemoryCheckpoints& inner_;
};

struct Quantized {
  UnitGraph model;
  QuantizationReport report;
};

Quantized quantize(const std::string& method, UnitCheckpoints& checkpoints,
                   DeviceGroup& group) {
  at::manual_seed(1);
  Quantized result{testing::tiny_resnet(), {}};
  const auto calibration = at::randn({32, 3, 8, 8}).contiguous(at::MemoryFormat::ChannelsLast);
  QuantizationRequest request{{2, 4}, method, 1, {}};
  request.settings.calibration_samples = 32;
  request.settings.range_samples = 16;
  request.settings.iterations = 20;
  request.settings.step_iterations = 10;
  request.settings.batch_size = 8;
  request.settings.rounding_lr = 1e-2;
  request.settings.activation_quantizer = "lsq_plus";
  MemoryStorage storage;
  result.report = quantize_model(
      result.model, request, {calibration}, [](auto&&...) {}, storage, checkpoints, group);
  return result;
}

Quantized quantize(const std::string& method, UnitCheckpoints& checkpoints) {
  LocalGroup alone;
  return quantize(method, checkpoints, alone);
}

void expect_same_model(const UnitGraph& model, const UnitGraph& expected) {
  const auto weights = model.weight_sites();
  const auto expected_weights = expected.weight_sites();
  for (size_t i = 0; i < weights.size(); ++i) {
    EXPECT_TRUE(testing::identical(weights[i]->quantized, expected_weights[i]->quantized));
    EXPECT_EQ(weights[i]->quantized.strides(), expected_weights[i]->quantized.strides());
  }
  const auto sites = model.activation_sites();
  const auto expected_sites = expected.activation_sites();
  for (size_t i = 0; i < sites.size(); ++i) {
    ASSERT_EQ(sites[i]->quantizer.has_value(), expected_sites[i]->quantizer.has_value());
    if (!sites[i]->quantizer) continue;
    EXPECT_TRUE(
        testing::identical(sites[i]->quantizer->scale, expected_sites[i]->quantizer->scale));
    EXPECT_TRUE(testing::identical(sites[i]->quantizer->zero_point,
                                   expected_sites[i]->quantizer->zero_point));
  }
}

void expect_same_units(const std::vector<UnitReport>& units,
                       const std::vector<UnitReport>& expected) {
  ASSERT_EQ(units.size(), expected.size());
  for (size_t u = 0; u < units.size(); ++u) {
    EXPECT_EQ(units[u].unit, expected[u].unit);
    EXPECT_EQ(units[u].phase, expected[u].phase);
    EXPECT_EQ(units[u].kind, expected[u].kind);
    EXPECT_EQ(units[u].block, expected[u].block);
    EXPECT_EQ(units[u].error_before, expected[u].error_before) << units[u].unit;
    EXPECT_EQ(units[u].error_after, expected[u].error_after) << units[u].unit;
    EXPECT_EQ(units[u].weights, expected[u].weights) << units[u].unit;
    EXPECT_EQ(units[u].flipped_weights, expected[u].flipped_weights) << units[u].unit;
    EXPECT_EQ(units[u].curve.iteration, expected[u].curve.iteration);
    EXPECT_EQ(units[u].curve.reconstruction, expected[u].curve.reconstruction);
    EXPECT_EQ(units[u].curve.rounding, expected[u].curve.rounding);
  }
}

class Interrupted : public ::testing::TestWithParam<std::string> {};

TEST_P(Interrupted, GoesOnAfterAnyUnitWithTheSameBits) {
  NoUnitCheckpoints none;
  const auto whole = quantize(GetParam(), none);
  const size_t count = whole.report.units.size();
  for (size_t finished = 0; finished <= count; ++finished) {
    MemoryCheckpoints checkpoints;
    checkpoints.limit = finished;
    if (finished < count) {
      EXPECT_THROW(quantize(GetParam(), checkpoints), Killed);
    } else {
      quantize(GetParam(), checkpoints);
    }
    ASSERT_EQ(checkpoints.states.size(), finished);
    checkpoints.limit = 1000;
    const auto resumed = quantize(GetParam(), checkpoints);
    EXPECT_EQ(resumed.report.restored_units, finished);
    EXPECT_EQ(checkpoints.states.size(), count);
    expect_same_model(resumed.model, whole.model);
    expect_same_units(resumed.report.units, whole.report.units);
  }
}

TEST_P(Interrupted, AUnitMissingInTheMiddleIsComputedAlone) {
  MemoryCheckpoints checkpoints;
  const auto whole = quantize(GetParam(), checkpoints);
  const size_t count = whole.report.units.size();
  if (count == 0) return;
  const auto& lost = whole.report.units[count / 2];
  checkpoints.states.erase({lost.phase, lost.unit});
  const auto resumed = quantize(GetParam(), checkpoints);
  EXPECT_EQ(resumed.report.restored_units, count - 1);
  expect_same_model(resumed.model, whole.model);
  expect_same_units(resumed.report.units, whole.report.units);
}

// A member that went on alone would wait for sums that the others never add to.
TEST(RestoreUnits, AMemberWhoseStateDoesNotFitMakesAllComputeTheUnit) {
  MemoryCheckpoints saved;
  testing::run_as_group(2, [&](DeviceGroup& group) {
    NoUnitCheckpoints none;
    UnitCheckpoints& mine = group.leads() ? static_cast<UnitCheckpoints&>(saved) : none;
    quantize("qdrop", mine, group);
  });
  ASSERT_GT(saved.states.size(), 1U);
  std::vector<MemoryCheckpoints> members(2, saved);
  members[1].states.begin()->second.learned.pop_back();
  std::vector<Quantized> results(2);
  testing::run_as_group(2, [&](DeviceGroup& group) {
    const auto member = static_cast<size_t>(group.member());
    Overwriting checkpoints(members[member]);
    results[member] = quantize("qdrop", checkpoints, group);
  });
  for (const auto& result : results)
    EXPECT_EQ(result.report.restored_units, saved.states.size() - 1);
  expect_same_model(results[0].model, results[1].model);
}

INSTANTIATE_TEST_SUITE_P(All, Interrupted,
                         ::testing::Values("nearest", "adaround", "brecq", "qdrop"));

TEST(RestoreLearned, RefusesTensorsThatDoNotFitAndChangesNothing) {
  NoUnitCheckpoints none;
  const auto model = quantize("qdrop", none).model;
  const auto unit = model.units(Granularity::kBlock).at(1);
  const auto phase = make_recipe("qdrop", {}).phases.at(0);
  std::vector<NamedTensor> good;
  for (const auto& [name, value] : learned_tensors(model, unit, phase))
    good.push_back({name, value + 1});
  ASSERT_GT(good.size(), 3U);
  std::vector<std::vector<NamedTensor>> bad(4, good);
  bad[0].pop_back();
  bad[1][0].name += "x";
  bad[2][0].value = bad[2][0].value.flatten();
  bad[3].back().value = bad[3].back().value.to(at::kDouble);
  const auto before = learned_tensors(model, unit, phase);
  for (const auto& tensors : bad) {
    EXPECT_FALSE(fits_learned(model, unit, phase, tensors));
    EXPECT_THROW(restore_learned(model, unit, phase, tensors), std::logic_error);
    const auto after = learned_tensors(model, unit, phase);
    for (size_t i = 0; i < before.size(); ++i)
      EXPECT_TRUE(testing::identical(after[i].value, before[i].value)) << before[i].name;
  }
  restore_learned(model, unit, phase, good);
  const auto after = learned_tensors(model, unit, phase);
  for (size_t i = 0; i < good.size(); ++i)
    EXPECT_TRUE(testing::identical(after[i].value, good[i].value)) << good[i].name;
}

}  // namespace
}  // namespace ptqbench
