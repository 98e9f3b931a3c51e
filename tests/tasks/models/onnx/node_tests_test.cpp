#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "support/error.h"
#include "tasks/models/onnx/read_model.h"
#include "tasks/models/onnx/run_graph.h"
#include "tests/helpers/files.h"

namespace ptqbench::onnx {
namespace {

namespace fs = std::filesystem;

/// Operators that the importer promises.
const std::set<std::string> kPromised = {"Conv",
                                         "ConvTranspose",
                                         "Gemm",
                                         "MatMul",
                                         "BatchNormalization",
                                         "InstanceNormalization",
                                         "GroupNormalization",
                                         "LayerNormalization",
                                         "Relu",
                                         "LeakyRelu",
                                         "PRelu",
                                         "Clip",
                                         "Elu",
                                         "Selu",
                                         "Sigmoid",
                                         "HardSigmoid",
                                         "HardSwish",
                                         "Mish",
                                         "Softplus",
                                         "Gelu",
                                         "Erf",
                                         "Tanh",
                                         "Softmax",
                                         "LogSoftmax",
                                         "Add",
                                         "Sub",
                                         "Mul",
                                         "Div",
                                         "Pow",
                                         "Sqrt",
                                         "Reciprocal",
                                         "Exp",
                                         "Log",
                                         "Abs",
                                         "Neg",
                                         "Min",
                                         "Max",
                                         "Equal",
                                         "Less",
                                         "Greater",
                                         "Not",
                                         "And",
                                         "Where",
                                         "ReduceMean",
                                         "ReduceSum",
                                         "ReduceMax",
                                         "ReduceL2",
                                         "GlobalAveragePool",
                                         "AveragePool",
                                         "MaxPool",
                                         "Flatten",
                                         "Reshape",
                                         "Transpose",
                                         "Squeeze",
                                         "Unsqueeze",
                                         "Concat",
                                         "Split",
                                         "Slice",
                                         "Gather",
                                         "Pad",
                                         "Resize",
                                         "DepthToSpace",
                                         "SpaceToDepth",
                                         "Tile",
                                         "Expand",
                                         "Identity",
                                         "Dropout",
                                         "Constant",
                                         "Cast",
                                         "Einsum",
                                         "ArgMax",
                                         "TopK",
                                         "Shape",
                                         "ConstantOfShape",
                                         "Range"};

/// The tests name the set in which an operator last changed.
constexpr int64_t kAnyOpset = 1;

/// The folder of ONNX's backend tests of single nodes: one given, or that of libonnx-testdata.
fs::path node_tests() {
  const char* given = std::getenv("PTQBENCH_ONNX_NODE_TESTS");
  return given != nullptr ? given : "/usr/share/libonnx-testdata/data/node";
}

Tensors read_tensors(const fs::path& folder, const std::string& kind) {
  Tensors tensors;
  for (int number = 0;; ++number) {
    const auto file = folder / fmt::format("{}_{}.pb", kind, number);
    if (!fs::exists(file)) return tensors;
    tensors.push_back(read_tensor_file(file));
  }
}

/// Within the tolerances of ONNX's own runner.
bool close(const at::Tensor& ours, const at::Tensor& theirs) {
  if (ours.sizes() != theirs.sizes()) return false;
  return at::allclose(ours.to(at::kDouble), theirs.to(at::kDouble), /*rtol=*/1e-3, /*atol=*/1e-7,
                      /*equal_nan=*/true);
}

/// What is wrong with our result; empty: nothing.
std::string problem_with(const fs::path& test) {
  try {
    const auto model = read_model(test / "model.onnx", kAnyOpset);
    check_operators(model);
    for (int set = 0; fs::exists(test / fmt::format("test_data_set_{}", set)); ++set) {
      const auto data = test / fmt::format("test_data_set_{}", set);
      const auto results = run_graph(model, read_tensors(data, "input"));
      const auto expected = read_tensors(data, "output");
      if (results.size() != expected.size()) return "another number of outputs";
      for (size_t i = 0; i < results.size(); ++i) {
        if (results[i].sizes() != expected[i].sizes())
          return fmt::format("output {} is [{}], expected [{}]", i,
                             fmt::join(results[i].sizes(), ", "),
                             fmt::join(expected[i].sizes(), ", "));
        if (!close(results[i], expected[i])) return fmt::format("output {} differs", i);
      }
    }
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

bool is_of_unreadable_type(const std::string& problem) {
  return problem.find("data type") != std::string::npos;
}

/// The promised operator that a test is of; none for models of several nodes.
std::string promised_operator(const fs::path& test) {
  const auto file = test / "model.onnx";
  try {
    const auto model = read_model(file, kAnyOpset);
    const bool promised = model.nodes.size() == 1 && kPromised.count(model.nodes[0].op) != 0;
    return promised ? model.nodes[0].op : "";
  } catch (const Error& error) {
    if (!is_of_unreadable_type(error.what())) return "";
    // The only node's type is a field of its own in the file.
    const auto bytes = ::ptqbench::testing::read_bytes(file);
    for (const auto& name : kPromised) {
      const auto field = std::string("\x22") + static_cast<char>(name.size()) + name + "*";
      const auto bare = std::string("\x22") + static_cast<char>(name.size()) + name + "\x12";
      if (bytes.find(field) != std::string::npos || bytes.find(bare) != std::string::npos)
        return name;
    }
  }
  return "";
}

/// Tests that do not pass, and why; those of types that cannot be read say it themselves.
const std::map<std::string, std::string> kExceptions = {
    {"test_batchnorm_epsilon_training_mode", "training"},
    {"test_batchnorm_example_training_mode", "training"},
    {"test_training_dropout", "training"},
    {"test_training_dropout_default", "training"},
    {"test_training_dropout_default_mask", "training"},
    {"test_training_dropout_mask", "training"},
    {"test_maxpool_with_argmax_2d_precomputed_pads", "the places of the maxima"},
    {"test_maxpool_with_argmax_2d_precomputed_strides", "the places of the maxima"},
    {"test_cast_FLOAT_to_BFLOAT16", "bfloat16 is computed as float32"},
    {"test_castlike_FLOAT_to_BFLOAT16_expanded", "bfloat16 is computed as float32"},
};

struct Tally {
  int passed = 0;
  int unreadable = 0;
  int all = 0;
};

/// Every operator passes all of ONNX's tests of it but those listed above, which fail for the
/// reason that stands there.
TEST(OnnxNodeTests, OfPromisedOperators) {
  if (!fs::exists(node_tests())) {
    GTEST_SKIP() << "no ONNX node tests in " << node_tests()
                 << ": install libonnx-testdata, or write them with write_node_tests.py and set "
                    "PTQBENCH_ONNX_NODE_TESTS";
  }
  std::map<std::string, Tally> tallies;
  for (const auto& entry : fs::directory_iterator(node_tests())) {
    const auto operator_name = promised_operator(entry.path());
    if (operator_name.empty()) continue;
    Tally& tally = tallies[operator_name];
    ++tally.all;
    const auto name = entry.path().filename().string();
    const auto problem = problem_with(entry.path());
    if (is_of_unreadable_type(problem)) {
      ++tally.unreadable;
      continue;
    }
    if (problem.empty()) ++tally.passed;
    EXPECT_EQ(!problem.empty(), kExceptions.count(name) != 0) << name << ": " << problem;
  }
  std::cout << "| Operator | Tests | Pass | Of other types |\n|---|---:|---:|---:|\n";
  for (const auto& [name, tally] : tallies) {
    std::cout << fmt::format("| {} | {} | {} | {} |\n", name, tally.all, tally.passed,
                             tally.unreadable);
  }
  // Debian 12 has those of ONNX 1.12, without the newest operators.
  EXPECT_THAT(tallies, ::testing::SizeIs(::testing::Ge(70)));
}

}  // namespace
}  // namespace ptqbench::onnx
