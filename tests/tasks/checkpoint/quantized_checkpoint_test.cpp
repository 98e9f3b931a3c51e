#include "tasks/checkpoint/quantized_checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <functional>

#include "methods/reconstruction/quantize.h"
#include "tasks/checkpoint/safetensors.h"
#include "tests/helpers/expect_close.h"
#include "tests/helpers/tiny_models.h"
#include "tests/tasks/checkpoint/test_files.h"

namespace ptqbench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::identical;

at::Tensor images(int64_t count) {
  return at::randn({count, 3, 8, 8}).contiguous(at::MemoryFormat::ChannelsLast);
}

at::Tensor output_of(const UnitGraph& model, const at::Tensor& input) {
  QuantizedPass pass(QuantizedPass::Activations::kQuantized);
  return model.forward({input}, pass).at(0);
}

MethodSettings few_iterations() {
  MethodSettings settings;
  settings.calibration_samples = 16;
  settings.range_samples = 16;
  settings.iterations = 3;
  settings.step_iterations = 3;
  settings.batch_size = 4;
  return settings;
}

UnitGraph quantized_model(const std::string& method, const BitWidths& bits,
                          const MethodSettings& settings) {
  at::manual_seed(1);
  auto model = testing::tiny_resnet();
  MemoryStorage storage;
  NoUnitCheckpoints checkpoints;
  LocalGroup alone;
  quantize_model(
      model, {bits, method, 1, settings}, {images(16)}, [](auto&&...) {}, storage, checkpoints,
      alone);
  return model;
}

/// A new model of the architecture with what the file holds.
UnitGraph read_back(const std::filesystem::path& path) {
  auto model = testing::tiny_resnet();
  assign_quantized(load_checkpoint(path), model);
  return model;
}

struct Case {
  std::string name;
  std::string method;
  BitWidths bits;
  std::function<void(MethodSettings&)> change;
};

class QuantizedCheckpoint : public ::testing::TestWithParam<Case> {};

TEST_P(QuantizedCheckpoint, GivesTheModelBackBitForBit) {
  const TemporaryFolder folder;
  auto settings = few_iterations();
  GetParam().change(settings);
  const auto model = quantized_model(GetParam().method, GetParam().bits, settings);
  const auto path = folder / "model.safetensors";
  save_quantized(path, model, {{"what", "else"}});
  const auto file = load_checkpoint(path);
  EXPECT_TRUE(is_quantized(file));
  EXPECT_EQ(file.metadata.at("what"), "else");

  const auto again = read_back(path);
  const auto weights = model.weight_sites();
  const auto weights_again = again.weight_sites();
  for (size_t i = 0; i < weights.size(); ++i) {
    EXPECT_EQ(weights[i]->bits, weights_again[i]->bits) << weights[i]->name;
    EXPECT_TRUE(identical(weights[i]->quantized, weights_again[i]->quantized)) << weights[i]->name;
    EXPECT_EQ(weights[i]->quantized.strides(), weights_again[i]->quantized.strides());
  }
  const auto input = images(8);
  EXPECT_TRUE(identical(output_of(model, input), output_of(again, input)));
  // Integers, of the width that is stored.
  for (const auto& [name, value] : file.tensors) {
    const bool as_integers = name != weights[1]->name || value.element_size() == 1;
    EXPECT_TRUE(as_integers);
  }
}

const auto kAsItIs = [](MethodSettings&) {};
INSTANTIATE_TEST_SUITE_P(Of, QuantizedCheckpoint,
                         ::testing::Values(Case{"Nearest", "nearest", {2, 4}, kAsItIs},
                                           Case{"Adaround", "adaround", {2, 4}, kAsItIs},
                                           Case{"Brecq", "brecq", {2, 4}, kAsItIs},
                                           Case{"Qdrop", "qdrop", {3, 3}, kAsItIs},
                                           Case{"WeightsOnly", "brecq", {2, 32}, kAsItIs},
                                           Case{"OneScaleATensor",
                                                "nearest",
                                                {4, 4},
                                                [](MethodSettings& s) {
                                                  s.weight_per_channel = false;
                                                }},
                                           Case{"Symmetric",
                                                "qdrop",
                                                {4, 8},
                                                [](MethodSettings& s) {
                                                  s.weight_symmetric = true;
                                                  s.activation_symmetric = true;
                                                }}),
                         [](const auto& info) { return info.param.name; });

class DamagedQuantizedCheckpoint : public ::testing::Test {
 protected:
  /// What reading a file says that was changed so.
  std::string error(const std::function<void(Checkpoint&)>& change) {
    const auto path = folder_ / "model.safetensors";
    save_quantized(path, quantized_model("nearest", {4, 4}, few_iterations()), {});
    auto file = load_checkpoint(path);
    change(file);
    return io_error_of([&] {
      auto model = testing::tiny_resnet();
      if (is_quantized(file)) assign_quantized(file, model);
    });
  }

  static NamedTensor& tensor(Checkpoint& file, const std::string& name) {
    for (auto& each : file.tensors) {
      if (each.name == name) return each;
    }
    throw std::logic_error("no tensor " + name);
  }

  TemporaryFolder folder_;
  std::string first_ = testing::tiny_resnet().weight_sites()[0]->name;
};

TEST_F(DamagedQuantizedCheckpoint, NamesWhatIsMissingUnexpectedOrOfAnotherShape) {
  const auto renamed = error([&](Checkpoint& file) { tensor(file, first_).name = "other"; });
  EXPECT_THAT(renamed, AllOf(HasSubstr("model.safetensors does not fit the model"),
                             HasSubstr("'" + first_ + "' is missing"),
                             HasSubstr("'other' is not of this model")));
  EXPECT_THAT(error([&](Checkpoint& file) { tensor(file, first_).value = at::zeros({2}); }),
              HasSubstr("'" + first_ + "' is Float [2], expected Byte ["));
  EXPECT_THAT(error([&](Checkpoint& file) {
                tensor(file, first_ + ".scale").value = at::ones({3}, at::kFloat);
              }),
              HasSubstr("'" + first_ + ".scale' is Float [3], expected Float [4]"));
}

TEST_F(DamagedQuantizedCheckpoint, NamesAnotherVersionAndADescriptionThatMakesNoSense) {
  EXPECT_THAT(error([](Checkpoint& file) { file.metadata["ptqbench_quantized"] = "9"; }),
              HasSubstr("in version 9 of the format; this program knows 1"));
  EXPECT_THAT(error([](Checkpoint& file) { file.metadata["quantizers"] = "{"; }),
              HasSubstr("its description of quantizers cannot be read"));
  EXPECT_THAT(error([](Checkpoint& file) {
                file.metadata["quantizers"] = R"({"weights": {"x": {}}, "activations": {}})";
              }),
              HasSubstr("'x' is no place of a quantizer"));
}

TEST(QuantizedCheckpointFormat, IsNotThatOfOtherFiles) {
  const TemporaryFolder folder;
  save_safetensors(folder / "plain.safetensors", {{"a", at::zeros({1})}}, {});
  EXPECT_FALSE(is_quantized(load_checkpoint(folder / "plain.safetensors")));
}

}  // namespace
}  // namespace ptqbench
