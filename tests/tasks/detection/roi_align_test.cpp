#include "tasks/detection/roi_align.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <stdexcept>

#include "tests/helpers/expect_close.h"

namespace ptqbench {
namespace {

using testing::close;
using testing::identical;

/// [1, 1, height, width] of x + 100 y: interpolation keeps it, and its mean over a bin is its value
/// in the middle.
at::Tensor plane(int64_t height, int64_t width) {
  return (torch::arange(width) + 100 * torch::arange(height).unsqueeze(1))
      .to(at::kFloat)
      .view({1, 1, height, width});
}

RoiAlignOptions two_bins(double spatial_scale, bool aligned) {
  RoiAlignOptions options;
  options.output = 2;
  options.spatial_scale = spatial_scale;
  options.aligned = aligned;
  return options;
}

TEST(RoiAlign, ABinIsTheMeanOfItsSamples) {
  // In the map from (2, 1) to (6, 5), so with bins of 2 and middles at 3, 5 and 2, 4.
  const auto rois = torch::tensor({{0.0F, 8.0F, 4.0F, 24.0F, 20.0F}});
  const auto expected = torch::tensor({203.0F, 205.0F, 403.0F, 405.0F}).view({1, 1, 2, 2});
  EXPECT_TRUE(close(roi_align(plane(8, 10), rois, two_bins(0.25, false)), expected, 1e-6));
  // Aligned, all lies half a position further up and left.
  EXPECT_TRUE(close(roi_align(plane(8, 10), rois, two_bins(0.25, true)), expected - 50.5, 1e-6));
}

TEST(RoiAlign, SmallRegionsAreTakenAsOnePositionUnlessAligned) {
  const auto rois = torch::tensor({{0.0F, 3.0F, 3.0F, 3.2F, 3.2F}});
  EXPECT_TRUE(close(roi_align(plane(8, 8), rois, two_bins(1, false)),
                    torch::tensor({328.25F, 328.75F, 378.25F, 378.75F}).view({1, 1, 2, 2}), 1e-6));
  EXPECT_TRUE(close(roi_align(plane(8, 8), rois, two_bins(1, true)),
                    torch::tensor({257.55F, 257.65F, 267.55F, 267.65F}).view({1, 1, 2, 2}), 1e-6));
}

TEST(RoiAlign, SamplesAtTheEdgeRepeatItAndThoseBeyondAreZero) {
  const auto map = torch::ones({1, 1, 4, 4});
  // Samples along x at -1.5, -0.5, 0.5, 1.5: the first lies outside, the second on the edge's
  // value.
  const auto across = torch::tensor({{0.0F, -2.0F, 0.0F, 2.0F, 4.0F}});
  EXPECT_TRUE(close(roi_align(map, across, two_bins(1, false)),
                    torch::tensor({0.5F, 1.0F, 0.5F, 1.0F}).view({1, 1, 2, 2}), 1e-6));
  // At 2.5, 3.5, 4.5, 5.5: up to the map's length of 4 counts as inside.
  const auto beyond = torch::tensor({{0.0F, 2.0F, 0.0F, 6.0F, 4.0F}});
  EXPECT_TRUE(close(roi_align(map, beyond, two_bins(1, false)),
                    torch::tensor({1.0F, 0.0F, 1.0F, 0.0F}).view({1, 1, 2, 2}), 1e-6));
}

TEST(RoiAlign, RegionsReadTheirImageAndItsChannels) {
  const auto map = torch::arange(6).to(at::kFloat).view({2, 3, 1, 1}).expand({2, 3, 5, 5});
  const auto rois = torch::tensor({{1.0F, 1.0F, 1.0F, 3.0F, 3.0F}, {0.0F, 1.0F, 1.0F, 3.0F, 3.0F}});
  const auto pooled = roi_align(map, rois, two_bins(1, false));
  EXPECT_TRUE(
      close(pooled.mean({2, 3}), torch::tensor({{3.0F, 4.0F, 5.0F}, {0.0F, 1.0F, 2.0F}}), 1e-6));
}

TEST(RoiAlign, GradientIsTheAdjoint) {
  // For a linear function f, <f(map), g> = <map, gradient of <f(map), g>>.
  torch::manual_seed(1);
  const auto map = torch::randn({2, 3, 9, 11}).requires_grad_(true);
  const auto rois =
      torch::tensor({{0.0F, 1.5F, 2.0F, 30.0F, 20.0F}, {1.0F, -9.0F, 4.0F, 41.0F, 39.0F}});
  RoiAlignOptions options;
  options.spatial_scale = 0.25;
  const auto pooled = roi_align(map, rois, options);
  ASSERT_EQ(pooled.sizes(), (at::IntArrayRef{2, 3, 7, 7}));
  const auto weights = torch::randn_like(pooled);
  const auto loss = (pooled * weights).sum();
  loss.backward();
  EXPECT_NEAR((map.grad() * map).sum().item<double>(), loss.item<double>(), 1e-4);
  EXPECT_GT(map.grad().abs().sum().item<double>(), 1);
}

std::vector<at::Tensor> pyramid_of_constants(ImageSize image) {
  std::vector<at::Tensor> maps;
  for (int64_t level = 2; level <= 5; ++level) {
    maps.push_back(torch::full({1, 2, image.height >> level, image.width >> level},
                               static_cast<float>(level)));
  }
  return maps;
}

TEST(MultiScaleRoiAlign, RegionsGoToTheMapThatFitsTheirSize) {
  // Squares of these sides, out of order: those below 112, of 112, of 224 and above, and beyond the
  // coarsest.
  const std::vector<float> sides = {448, 20, 111, 900, 112, 223, 224};
  const std::vector<float> levels = {5, 2, 2, 5, 3, 3, 4};
  const ImageSize image = {1024, 1280};
  const auto side = torch::tensor(sides);
  const auto corner = torch::full_like(side, 32);
  const auto rois =
      torch::stack({torch::zeros_like(side), corner, corner, corner + side, corner + side}, 1);
  const auto pooled = multi_scale_roi_align(pyramid_of_constants(image), rois, image);
  ASSERT_EQ(pooled.sizes(), (at::IntArrayRef{7, 2, 7, 7}));
  EXPECT_TRUE(close(pooled.select(1, 1).mean({1, 2}), torch::tensor(levels), 1e-6));
}

TEST(MultiScaleRoiAlign, ScalesAreThoseOfTheMaps) {
  // On the map of stride 4, a middle bin reads the region's middle.
  MultiScaleRoiAlignOptions options;
  options.output = 1;
  const auto rois = torch::tensor({{0.0F, 8.0F, 16.0F, 40.0F, 32.0F}});
  // The image's size before padding may be somewhat smaller than the maps'.
  for (const ImageSize image : {ImageSize{64, 64}, ImageSize{60, 50}}) {
    const auto pooled = multi_scale_roi_align({plane(16, 16), plane(8, 8)}, rois, image, options);
    EXPECT_TRUE(close(pooled.flatten(), torch::tensor({606.0F}), 1e-6));
  }
}

TEST(MultiScaleRoiAlign, NoRegionsGiveNone) {
  const ImageSize image = {64, 64};
  EXPECT_EQ(multi_scale_roi_align(pyramid_of_constants(image), torch::zeros({0, 5}), image).sizes(),
            (at::IntArrayRef{0, 2, 7, 7}));
}

TEST(MultiScaleRoiAlign, RefusesAMapOfOtherProportions) {
  EXPECT_THROW(multi_scale_roi_align({plane(16, 8)}, torch::zeros({1, 5}), {64, 64}),
               std::invalid_argument);
}

}  // namespace
}  // namespace ptqbench
