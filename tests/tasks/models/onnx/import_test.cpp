#include "tasks/models/onnx/import.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "support/error.h"
#include "tasks/models/onnx/read_model.h"

namespace ptqbench::onnx {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::filesystem::path data(const std::string& file) {
  return std::filesystem::path(PTQBENCH_SOURCE_DIR) / "tests/tasks/models/onnx/data" / file;
}

struct Case {
  const char* name;
  int64_t size;
};

void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

class OnnxImport : public ::testing::TestWithParam<Case> {};

/// The outputs are ONNX Runtime's; the sums of both differ in their order.
TEST_P(OnnxImport, GivesOnnxRuntimesOutputs) {
  const std::string name = GetParam().name;
  const int64_t size = GetParam().size;
  const auto model = import_model(data(name + ".onnx"), {{3, size, size}});
  const auto input = read_tensor_file(data(name + ".input.pb"));
  const auto expected = read_tensor_file(data(name + ".output.pb"));
  const torch::NoGradGuard no_grad;
  FullPrecisionPass pass;
  const auto output = model.graph.forward({input}, pass).at(0);
  EXPECT_TRUE(at::allclose(output, expected, 1e-5, 1e-5))
      << (output - expected).abs().max().item<float>();
}

/// One by one, all at once: the batch is free in each.
TEST_P(OnnxImport, TakesBatchesOfAnySize) {
  const int64_t size = GetParam().size;
  const auto model = import_model(data(std::string(GetParam().name) + ".onnx"), {{3, size, size}});
  torch::manual_seed(1);
  const auto input = torch::randn({7, 3, size, size});
  const torch::NoGradGuard no_grad;
  FullPrecisionPass pass;
  const auto together = model.graph.forward({input}, pass).at(0);
  for (int64_t i = 0; i < input.size(0); ++i) {
    const auto alone = model.graph.forward({input.narrow(0, i, 1)}, pass).at(0);
    EXPECT_TRUE(at::allclose(alone, together.narrow(0, i, 1), 1e-5, 1e-5)) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Networks, OnnxImport,
                         ::testing::Values(Case{"tiny_resnet", 16}, Case{"tiny_resnet.dynamo", 16},
                                           Case{"tiny_resnet.fixed_batch", 16},
                                           Case{"tiny_mobilenet", 16},
                                           Case{"tiny_mobilenet.dynamo", 16}, Case{"mixed", 16},
                                           Case{"mixed.dynamo", 16}, Case{"mixed.half", 16},
                                           Case{"tiny_vit", 8}, Case{"tiny_vit.dynamo", 8}));

/// Layers unit by unit: "> " stands in front of a quantizer, with what the site applies before it.
std::vector<std::string> describe(const UnitGraph& model) {
  const char* const kNames[] = {"", " relu", " relu6"};
  std::vector<std::string> lines;
  for (const Unit& unit : model.units(Granularity::kBlock)) {
    std::string line = unit.name + ":";
    for (size_t n = unit.first; n < unit.last; ++n) {
      const Node& node = model.nodes()[n];
      line += " " + node.layer->kind();
      for (const ActivationSite* site : node.layer->activation_sites()) {
        line += kNames[static_cast<size_t>(site->nonlinearity)];
        if (site->quantizable) line += " >";
      }
      line += ";";
    }
    lines.push_back(line);
  }
  return lines;
}

TEST(OnnxUnits, OfAResidualNetworkAreItsBlocks) {
  const std::vector<std::string> expected = {
      "conv1: conv 3x3 relu >;", "layer1.0: conv 3x3 relu >; conv 3x3; add relu >;",
      "layer2.0: conv 3x3 relu >; conv 3x3; add (+3) relu >;", "reducemean: reduce mean;",
      "linear: linear;"};
  for (const auto* file : {"tiny_resnet.onnx", "tiny_resnet.fixed_batch.onnx"})
    EXPECT_EQ(describe(import_model(data(file), {{3, 16, 16}}).graph), expected) << file;
}

TEST(OnnxUnits, AreTheSameFromBothExporters) {
  for (const std::string name : {"tiny_resnet", "tiny_mobilenet"}) {
    EXPECT_EQ(describe(import_model(data(name + ".onnx"), {{3, 16, 16}}).graph),
              describe(import_model(data(name + ".dynamo.onnx"), {{3, 16, 16}}).graph));
  }
}

/// Without names blocks are what lies between places where one tensor is alive.
TEST(OnnxUnits, OfANamelessNetworkLieBetweenCuts) {
  EXPECT_THAT(
      describe(import_model(data("tiny_resnet.nameless.onnx"), {{3, 16, 16}}).graph),
      ElementsAre("conv: conv 3x3 relu >;", "block1: conv 3x3 relu >; conv 3x3; add relu >;",
                  "block2: conv 3x3 relu >; conv 3x3; add (+3) relu >;", "reducemean: reduce mean;",
                  "linear: linear;"));
}

TEST(OnnxUnits, OfInvertedResiduals) {
  EXPECT_THAT(describe(import_model(data("tiny_mobilenet.onnx"), {{3, 16, 16}}).graph),
              ElementsAre("features.0.0: conv 3x3 relu6 >;",
                          "features.1: depthwise conv 3x3 relu6 >; conv 1x1; add >;",
                          "features.2: conv 1x1 relu6 >; depthwise conv 3x3 relu6 >; conv 1x1 >;",
                          "features.3: conv 1x1 relu6 >; depthwise conv 3x3 relu6 >; conv 1x1; "
                          "add >;",
                          "features.4.0: conv 1x1 relu6 >;", "reducemean: reduce mean;",
                          "classifier.1: linear;"));
}

/// The concatenation moves nothing but data, so its parts go into SiLU as they are, and what the
/// gate pools is quantized where SiLU gives it.
TEST(OnnxUnits, OfBranchesAndGates) {
  const std::string block =
      ": conv 1x1; conv 3x3; mul (+2) >; global average pool; conv 1x1 relu >; conv 1x1; "
      "add (+2) >;";
  EXPECT_THAT(describe(import_model(data("mixed.onnx"), {{3, 16, 16}}).graph),
              ElementsAre("stem: conv 3x3 relu >;", "maxpool: max pool;", "blocks.0" + block,
                          "blocks.1" + block, "reducemean: reduce mean;", "head: linear;"));
}

/// Query, key and value come out of one product and only move from there, so its output has the
/// quantizer of all three; the scores are in full precision and the probabilities are not. Both
/// layer norms are read by products; the stream that they read is not.
TEST(OnnxUnits, OfATransformerAreItsEncoderBlocks) {
  for (const auto* file : {"tiny_vit.onnx", "tiny_vit.dynamo.onnx"}) {
    SCOPED_TRACE(file);
    const auto model = import_model(data(file), {{3, 8, 8}});
    std::vector<std::string> blocks, quantized;
    for (const Unit& unit : model.graph.units(Granularity::kBlock)) {
      if (unit.has_weights) blocks.push_back(unit.name);
      if (unit.name != "blocks.1") continue;
      for (size_t n = unit.first; n < unit.last; ++n) {
        const Node& node = model.graph.nodes()[n];
        for (const ActivationSite* site : node.layer->activation_sites()) {
          if (site->quantizable) quantized.push_back(node.layer->kind());
        }
      }
    }
    EXPECT_THAT(blocks, ElementsAre("patch_embed", "blocks.0", "blocks.1", "head"));
    EXPECT_THAT(quantized, ElementsAre(HasSubstr("norm"), "linear", HasSubstr("softmax"),
                                       HasSubstr("mat mul"), HasSubstr("norm"),
                                       ::testing::AnyOf("gelu", HasSubstr("mul"))));
  }
}

TEST(OnnxImportErrors, NameTheInputThatDoesNotFit) {
  try {
    import_model(data("tiny_vit.onnx"), {{3, 16, 16}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("tiny_vit.onnx"));
    EXPECT_THAT(error.what(), HasSubstr("'x' is [-1, 3, 8, 8]"));
  }
}

TEST(OnnxImportErrors, NameAPatternThatMatchesNothing) {
  try {
    import_model(data("tiny_resnet.onnx"), {{3, 16, 16}}, {"layr*.*"});
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("layr*.*"));
    EXPECT_THAT(error.what(), HasSubstr("layer1.0"));
  }
}

TEST(OnnxUnits, FollowPatterns) {
  std::vector<std::string> names;
  const auto model = import_model(data("tiny_resnet.onnx"), {{3, 16, 16}}, {"layer*"});
  for (const Unit& unit : model.graph.units(Granularity::kBlock)) names.push_back(unit.name);
  EXPECT_THAT(names, ElementsAre("conv1", "layer1", "layer2", "reducemean", "linear"));
}

}  // namespace
}  // namespace ptqbench::onnx
