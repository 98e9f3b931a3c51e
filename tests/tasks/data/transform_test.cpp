#include "tasks/data/transform.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cstring>

#include "support/error.h"
#include "tasks/data/resize.h"
#include "tests/tasks/data/fixtures.h"

namespace ptqbench {
namespace {

TEST(Normalization, ScalesSubtractsAndDividesByChannel) {
  const Normalization normalize({0.0, 0.5, 1.0}, {1.0, 0.5, 0.25});
  const at::Tensor result = normalize({2, 1, {0, 0, 0, 255, 255, 255}});
  EXPECT_EQ(result.sizes(), (std::vector<int64_t>{3, 1, 2}));
  EXPECT_EQ(result.scalar_type(), at::kFloat);
  EXPECT_TRUE(at::equal(result.flatten(), at::tensor({0.F, 1.F, -1.F, 1.F, -4.F, 0.F})));
}

TEST(Normalization, TakesOneValueForAllChannels) {
  const at::Tensor result = Normalization({0.5}, {0.5})({1, 1, {255, 0, 255}});
  EXPECT_TRUE(at::equal(result.flatten(), at::tensor({1.F, -1.F, 1.F})));
}

TEST(Normalization, RefusesOtherNumbersOfValuesAndStdNotAboveZero) {
  EXPECT_THROW(Normalization({0.5, 0.5}, {1.0}), ConfigError);
  EXPECT_THROW(Normalization({0.5}, {}), ConfigError);
  EXPECT_THROW(Normalization({0.5}, {1.0, 0.0, 1.0}), ConfigError);
}

TEST(Normalization, CompletesThePipelineOfTorchvision) {
  const Image photo =
      center_crop(resize_shorter_side(decode_image(fixture("photo_420.jpg")), 32), 28);
  const at::Tensor input = Normalization({0.485, 0.456, 0.406}, {0.229, 0.224, 0.225})(photo);
  const auto bytes = read_bytes(fixture("network_input.f32"));
  ASSERT_EQ(bytes.size(), static_cast<size_t>(input.numel()) * sizeof(float));
  at::Tensor expected = at::empty_like(input);
  std::memcpy(expected.data_ptr<float>(), bytes.data(), bytes.size());
  // The same three float operations; one unit in the last place of values up to 2.7 is 2.4e-7.
  EXPECT_LE((input - expected).abs().max().item<float>(), 2.4e-7F);
}

}  // namespace
}  // namespace ptqbench
