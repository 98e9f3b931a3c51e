#include "tasks/metrics/cross_entropy.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>

namespace ptqbench {
namespace {

/// Hands its input on.
class Identity : public Layer {
 public:
  Tensors forward(const Tensors& inputs, Pass&) const override { return inputs; }
  std::string kind() const override { return "identity"; }
};

TEST(CrossEntropy, IsTheMeanNegativeLogProbabilityOfTheLabelInBatchesOfAnySize) {
  UnitGraph model;
  model.set_outputs({model.add("y", "", std::make_shared<Identity>(), {model.add_input("x")})});
  FullPrecisionPass pass;
  const auto logits = torch::tensor({{0.0F, 0.0F}, {std::log(3.0F), 0.0F}, {0.0F, 2.0F}});
  const auto labels = torch::tensor({0, 1, 1});
  // Probabilities 1/2, 1/4 and 1 / (1 + exp(-2)).
  const double expected = (std::log(2.0) + std::log(4.0) + std::log1p(std::exp(-2.0))) / 3;
  for (const int64_t batch : {1, 2, 64})
    EXPECT_NEAR(cross_entropy(model, pass, logits, labels, batch), expected, 1e-6) << batch;
}

}  // namespace
}  // namespace ptqbench
