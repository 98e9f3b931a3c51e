#include "tasks/detection/roi_align.h"

#include <torch/types.h>

#include <cmath>
#include <stdexcept>

#include "tasks/detection/boxes.h"

namespace ptqbench {
namespace {

/// What bilinear interpolation reads along one axis, each [R, bins, samples, 2 neighbours].
struct AxisTaps {
  at::Tensor index;
  at::Tensor weight;
};

/// `from`, `to` [R]: the regions' ends along an axis of `length` positions.
AxisTaps axis_taps(const at::Tensor& from, const at::Tensor& to, int64_t length,
                   const RoiAlignOptions& options) {
  const double offset = options.aligned ? 0.5 : 0;
  const at::Tensor begin = from * options.spatial_scale - offset;
  const at::Tensor end = to * options.spatial_scale - offset;
  const at::Tensor extent = options.aligned ? end - begin : (end - begin).clamp_min(1);
  const at::Tensor bin = (extent / options.output).view({-1, 1, 1});
  const at::Tensor bins = at::arange(options.output, from.options()).view({1, -1, 1});
  const at::Tensor samples = at::arange(options.sampling_ratio, from.options()) + 0.5;
  const at::Tensor position =
      begin.view({-1, 1, 1}) + bins * bin + samples * bin / options.sampling_ratio;

  const at::Tensor inside = (position >= -1).logical_and(position <= length);
  // At or beyond the last position both neighbours are that one.
  const at::Tensor clamped = position.clamp(0, length - 1);
  const at::Tensor low = clamped.floor();
  const at::Tensor fraction = clamped - low;
  const at::Tensor high = (low + 1).clamp_max(length - 1);
  return {at::stack({low, high}, -1).to(at::kLong),
          at::stack({1 - fraction, fraction}, -1) * inside.unsqueeze(-1)};
}

/// Taps of the rows and columns to the shape in which they combine: [R, bins, bins, samples,
/// samples, 2, 2], with 1 for the other axis.
at::Tensor as_rows(const at::Tensor& taps) { return taps.unsqueeze(2).unsqueeze(4).unsqueeze(6); }
at::Tensor as_columns(const at::Tensor& taps) {
  return taps.unsqueeze(1).unsqueeze(3).unsqueeze(5);
}

/// Scale of a map that is a power of two, as its exponent.
int64_t scale_exponent(const at::Tensor& map, ImageSize image) {
  const auto exponent = [](int64_t in_map, int64_t in_image) {
    return std::lround(std::log2(static_cast<double>(in_map) / static_cast<double>(in_image)));
  };
  const auto rows = exponent(map.size(2), image.height);
  const auto columns = exponent(map.size(3), image.width);
  if (rows != columns) {
    throw std::invalid_argument(
        "multi_scale_roi_align: a map that does not have the image's proportions");
  }
  return rows;
}

/// [R, 5] -> [R] int64: the pyramid's level, where the map of stride 2^k is level k.
at::Tensor pyramid_level(const at::Tensor& rois) {
  constexpr double kCanonicalSize = 224;
  constexpr double kCanonicalLevel = 4;
  // Keeps a square whose side is a power of two times the canonical one from falling below.
  constexpr double kEpsilon = 1e-6;
  const at::Tensor side = box_area(rois.slice(1, 1)).sqrt();
  return (kCanonicalLevel + (side / kCanonicalSize).log2() + kEpsilon).floor();
}

}  // namespace

at::Tensor roi_align(const at::Tensor& map, const at::Tensor& rois,
                     const RoiAlignOptions& options) {
  const int64_t channels = map.size(1);
  const int64_t height = map.size(2);
  const int64_t width = map.size(3);
  const at::Tensor regions = rois.detach();
  const AxisTaps rows = axis_taps(regions.select(1, 2), regions.select(1, 4), height, options);
  const AxisTaps columns = axis_taps(regions.select(1, 1), regions.select(1, 3), width, options);
  const at::Tensor image = regions.select(1, 0).to(at::kLong).view({-1, 1, 1, 1, 1, 1, 1});
  const at::Tensor position =
      (image * height + as_rows(rows.index)) * width + as_columns(columns.index);
  const double per_bin = static_cast<double>(options.sampling_ratio * options.sampling_ratio);
  const at::Tensor weight = as_rows(rows.weight) * as_columns(columns.weight) / per_bin;

  // A bin is a weighted sum of the channel vectors of a few positions; so it is a bag of
  // embeddings, which reads each once and keeps none of them.
  const at::Tensor vectors = map.permute({0, 2, 3, 1}).reshape({-1, channels});
  const int64_t taps_per_bin = options.sampling_ratio * options.sampling_ratio * 4;
  const at::Tensor bags = at::arange(0, position.numel(), taps_per_bin, position.options());
  const at::Tensor pooled = std::get<0>(
      at::embedding_bag(vectors, position.flatten(), bags, /*scale_grad_by_freq=*/false,
                        /*mode: sum*/ 0, /*sparse=*/false, weight.to(map.dtype()).flatten()));
  return pooled.view({rois.size(0), options.output, options.output, channels})
      .permute({0, 3, 1, 2})
      .contiguous();
}

at::Tensor multi_scale_roi_align(const std::vector<at::Tensor>& maps, const at::Tensor& rois,
                                 ImageSize image, const MultiScaleRoiAlignOptions& options) {
  std::vector<int64_t> levels;
  for (const auto& map : maps) levels.push_back(-scale_exponent(map, image));
  const at::Tensor level = pyramid_level(rois.detach()).clamp(levels.front(), levels.back());
  std::vector<at::Tensor> ids;
  std::vector<at::Tensor> pooled;
  for (size_t i = 0; i < maps.size(); ++i) {
    RoiAlignOptions one;
    one.output = options.output;
    one.sampling_ratio = options.sampling_ratio;
    one.spatial_scale = std::exp2(-static_cast<double>(levels[i]));
    ids.push_back((level == levels[i]).nonzero().squeeze(1));
    pooled.push_back(roi_align(maps[i], rois.index_select(0, ids.back()), one));
  }
  return at::cat(pooled).index_select(0, at::cat(ids).argsort());
}

}  // namespace ptqbench
