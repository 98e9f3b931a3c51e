#include <gtest/gtest.h>
#include <torch/types.h>

#include "methods/nn/layers.h"
#include "tests/helpers/expect_close.h"
#include "tests/helpers/golden.h"

namespace ptqbench {
namespace {

using testing::close;

TEST(FoldBatchNorm, MatchesTheOfficialFolding) {
  const auto all = testing::GoldenGroup::open("quant.h5").group("fold_bn");
  for (const auto& name : all.children()) {
    SCOPED_TRACE(name);
    const auto golden = all.group(name);
    const auto weight = golden.tensor("weight");
    Conv2dOptions options;
    options.groups = static_cast<int64_t>(golden.number("groups"));
    options.padding = static_cast<int64_t>(golden.number("padding"));
    options.in_channels = weight.size(1) * options.groups;
    options.out_channels = weight.size(0);
    options.kernel = weight.size(2);
    options.bias = golden.has("bias");
    options.batch_norm = "bn";
    options.quantize_output = false;
    QuantConv2d conv("conv", options);
    auto tensors = conv.parameters();
    for (const auto& buffer : conv.buffers()) tensors.push_back(buffer);
    for (auto& [key, value] : tensors) {
      const std::string source = key == "conv.weight"       ? "weight"
                                 : key == "conv.bias"       ? "bias"
                                 : key == "bn.weight"       ? "bn_weight"
                                 : key == "bn.bias"         ? "bn_bias"
                                 : key == "bn.running_mean" ? "bn_mean"
                                                            : "bn_var";
      value.copy_(golden.tensor(source));
    }
    FullPrecisionPass pass;
    const auto x = golden.tensor("x");
    EXPECT_TRUE(close(conv.forward({x}, pass).at(0), golden.tensor("y"), 1e-4, 1e-5));
    conv.fold_batch_norm();
    EXPECT_TRUE(close(conv.parameters().at(0).value, golden.tensor("folded_weight"), 1e-5, 1e-7));
    EXPECT_TRUE(close(conv.parameters().at(1).value, golden.tensor("folded_bias"), 1e-5, 1e-6));
    EXPECT_TRUE(close(conv.forward({x}, pass).at(0), golden.tensor("y"), 1e-4, 1e-5));
    EXPECT_TRUE(conv.buffers().empty());
  }
}

}  // namespace
}  // namespace ptqbench
