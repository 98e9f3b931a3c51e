#include "tasks/models/onnx/export_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "methods/nn/bit_policy.h"
#include "support/error.h"
#include "tasks/models/onnx/import.h"
#include "tasks/models/onnx/read_model.h"
#include "tasks/models/onnx/run_graph.h"
#include "tests/helpers/files.h"

namespace ptqbench::onnx {
namespace {

using ::testing::HasSubstr;

std::filesystem::path data(const std::string& file) {
  return std::filesystem::path(PTQBENCH_SOURCE_DIR) / "tests/tasks/models/onnx/data" / file;
}

/// Quantizers at all sites: of weights from their least and greatest value a channel, of
/// activations over a range that is wrong enough for values to be cut.
void quantize(UnitGraph& graph, int bits) {
  assign_bits(graph, {bits, bits, 0}, {});
  for (WeightSite* site : graph.weight_sites()) {
    const auto rows = site->value.flatten(1);
    site->quantizer =
        quantizer_from_range(rows.amin(1), rows.amax(1), integer_range(site->bits, false), false);
    site->quantized = fake_quantize(site->value, *site->quantizer);
  }
  for (ActivationSite* site : graph.activation_sites()) {
    if (!site->quantizable) continue;
    site->quantizer = quantizer_from_range(at::full({1}, -0.4F), at::full({1}, 1.7F),
                                           integer_range(site->bits, false), false);
  }
}

class OnnxExport : public ::testing::TestWithParam<std::tuple<const char*, int>> {};

/// The file, evaluated as it stands, gives what the quantized network gives. Sums differ in their
/// order, and where that carries a value over the edge of a step it comes out a step away; so most
/// outputs are the same and none is far.
TEST_P(OnnxExport, GivesWhatTheQuantizedNetworkGives) {
  const auto [name, bits] = GetParam();
  const auto file = data(std::string(name) + ".onnx");
  const int64_t size = std::string(name).find("vit") != std::string::npos ? 8 : 16;
  auto model = import_model(file, {{3, size, size}});
  quantize(model.graph, bits);
  const ::ptqbench::testing::TemporaryFolder folder;
  const auto written = folder.write("quantized.onnx", export_model(model.graph, file));
  const auto exported = read_model(written);
  torch::manual_seed(1);
  const auto input = torch::randn({6, 3, size, size});
  const torch::NoGradGuard no_grad;
  QuantizedPass pass(QuantizedPass::Activations::kQuantized);
  const auto expected = model.graph.forward({input}, pass).at(0);
  const auto output = run_graph(exported, {input}).at(0);
  ASSERT_EQ(output.sizes(), expected.sizes());
  EXPECT_GT(at::isclose(output, expected, 1e-4, 1e-4).to(at::kFloat).mean().item<float>(), 0.9);
  EXPECT_LT((output - expected).abs().max().item<float>(), 0.3);
  // Not because nothing was quantized.
  FullPrecisionPass plain;
  EXPECT_FALSE(at::allclose(model.graph.forward({input}, plain).at(0), expected, 1e-3, 1e-3));
}

INSTANTIATE_TEST_SUITE_P(Networks, OnnxExport,
                         ::testing::Combine(::testing::Values("tiny_resnet", "tiny_mobilenet"),
                                            ::testing::Values(4, 8)));

TEST(OnnxExportErrors, NameAnOpsetThatIsTooOld) {
  auto model = import_model(data("mixed.onnx"), {{3, 16, 16}});
  quantize(model.graph, 8);
  try {
    export_model(model.graph, data("mixed.onnx"));
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("opset 11"));
    EXPECT_THAT(error.what(), HasSubstr("13 or newer"));
  }
}

}  // namespace
}  // namespace ptqbench::onnx
