#include <fmt/format.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tasks/models/onnx/operator.h"

namespace ptqbench::onnx {
namespace {

/// One axis: from `in` to `out` positions.
struct Axis {
  int64_t axis = 0;
  int64_t in = 0;
  int64_t out = 0;
  double scale = 1;
  /// Region of interest, as parts of the axis.
  double roi_start = 0;
  double roi_end = 1;
};

std::vector<double> doubles(const at::Tensor& tensor) {
  const auto numbers = tensor.to(at::kCPU, at::kDouble).contiguous();
  const auto* first = numbers.data_ptr<double>();
  return {first, first + numbers.numel()};
}

/// Scales [2] or sizes [3] are given, for all axes or those of the attribute.
std::vector<Axis> resized_axes(const Call& call, const at::Tensor& x) {
  std::vector<int64_t> axes(static_cast<size_t>(x.dim()));
  std::iota(axes.begin(), axes.end(), 0);
  if (call.node.has("axes")) axes = call.axes(SIZE_MAX, x.dim(), {});
  const bool by_size = call.has(3) && call.in(3).numel() > 0;
  const auto numbers = doubles(call.in(by_size ? 3 : 2));
  if (numbers.size() != axes.size())
    call.fail(fmt::format("{} sizes or scales for {} axes", numbers.size(), axes.size()));
  const auto roi = call.has(1) ? doubles(call.in(1)) : std::vector<double>();
  std::vector<Axis> all;
  for (size_t i = 0; i < axes.size(); ++i) {
    Axis one;
    one.axis = axes[i];
    one.in = x.size(axes[i]);
    one.scale = by_size ? numbers[i] / static_cast<double>(one.in) : numbers[i];
    const double out = by_size ? numbers[i] : std::floor(static_cast<double>(one.in) * one.scale);
    if (!(one.scale > 0) || !(out <= static_cast<double>(kMostElements)))
      call.fail(fmt::format("a scale of {}", one.scale));
    one.out = static_cast<int64_t>(out);
    if (roi.size() == 2 * axes.size()) {
      one.roi_start = roi[i];
      one.roi_end = roi[i + axes.size()];
    }
    all.push_back(one);
  }
  return all;
}

/// keep_aspect_ratio_policy: all axes get the least or the greatest of their scales.
void keep_aspect_ratio(const Call& call, std::vector<Axis>& axes) {
  const auto policy = call.node.text("keep_aspect_ratio_policy", "stretch");
  if (policy == "stretch") return;
  if (policy != "not_larger" && policy != "not_smaller")
    call.fail("keep_aspect_ratio_policy is '" + policy + "'");
  const auto less = [](const Axis& a, const Axis& b) { return a.scale < b.scale; };
  const double scale = (policy == "not_larger" ? std::min_element(axes.begin(), axes.end(), less)
                                               : std::max_element(axes.begin(), axes.end(), less))
                           ->scale;
  for (Axis& axis : axes) {
    axis.scale = scale;
    axis.out = static_cast<int64_t>(std::round(static_cast<double>(axis.in) * scale));
  }
}

/// Where in the input each output position lies (the table of the operator's specification).
std::vector<double> input_places(const Call& call, const Axis& axis) {
  const auto mode = call.node.text("coordinate_transformation_mode", "half_pixel");
  const auto in = static_cast<double>(axis.in);
  // Not rounded where a scale is given.
  const double out = in * axis.scale;
  std::vector<double> places;
  for (int64_t i = 0; i < axis.out; ++i) {
    const auto x = static_cast<double>(i);
    if (mode == "half_pixel") {
      places.push_back((x + 0.5) / axis.scale - 0.5);
    } else if (mode == "half_pixel_symmetric") {
      const double adjustment = static_cast<double>(axis.out) / out;
      const double offset = in / 2 * (1 - adjustment);
      places.push_back(offset + (x + 0.5) / axis.scale - 0.5);
    } else if (mode == "pytorch_half_pixel") {
      places.push_back(axis.out > 1 ? (x + 0.5) / axis.scale - 0.5 : 0);
    } else if (mode == "align_corners") {
      places.push_back(out != 1 ? x * (in - 1) / (out - 1) : 0);
    } else if (mode == "asymmetric") {
      places.push_back(x / axis.scale);
    } else if (mode == "tf_crop_and_resize") {
      const double width = axis.roi_end - axis.roi_start;
      places.push_back(axis.out > 1 ? axis.roi_start * (in - 1) + x * width * (in - 1) / (out - 1)
                                    : 0.5 * (axis.roi_start + axis.roi_end) * (in - 1));
    } else {
      call.fail("coordinate_transformation_mode '" + mode + "' is not supported");
    }
  }
  return places;
}

double nearest_place(const Call& call, double place) {
  const auto mode = call.node.text("nearest_mode", "round_prefer_floor");
  if (mode == "round_prefer_floor") return std::ceil(place - 0.5);
  if (mode == "round_prefer_ceil") return std::floor(place + 0.5);
  if (mode == "floor") return std::floor(place);
  if (mode == "ceil") return std::ceil(place);
  call.fail("nearest_mode is '" + mode + "'");
}

/// Keys 1981, the kernel of cubic convolution.
double cubic(double distance, double a) {
  const double x = std::abs(distance);
  if (x <= 1) return (a + 2) * x * x * x - (a + 3) * x * x + 1;
  if (x < 2) return a * x * x * x - 5 * a * x * x + 8 * a * x - 4 * a;
  return 0;
}

double weight_at(const std::string& mode, double distance, double a) {
  return mode == "cubic" ? cubic(distance, a) : std::max(0.0, 1 - std::abs(distance));
}

/// [out, in]: how much of each input position is in each output position.
at::Tensor weights_of(const Call& call, const Axis& axis) {
  const auto mode = call.node.text("mode", "nearest");
  if (mode != "nearest" && mode != "linear" && mode != "cubic")
    call.fail("mode is '" + mode + "', expected nearest, linear or cubic");
  call.check_size({axis.out, axis.in});
  const auto places = input_places(call, axis);
  auto weights = at::zeros({axis.out, axis.in}, at::kDouble);
  auto values = weights.accessor<double, 2>();
  const double a = call.node.number("cubic_coeff_a", -0.75);
  const bool exclude = call.node.integer("exclude_outside", 0) != 0;
  const bool smooth = call.node.integer("antialias", 0) != 0 && axis.scale < 1;
  // When it gets smaller, an anti-aliasing kernel is as much wider.
  const double width = smooth ? 1 / axis.scale : 1;
  const double reach = (mode == "cubic" ? 2 : 1) * width;
  for (int64_t o = 0; o < axis.out; ++o) {
    const double place = places[static_cast<size_t>(o)];
    if (mode == "nearest") {
      const auto from = static_cast<int64_t>(nearest_place(call, place));
      values[o][std::clamp<int64_t>(from, 0, axis.in - 1)] = 1;
      continue;
    }
    double sum = 0;
    for (auto i = static_cast<int64_t>(std::floor(place - reach)) + 1;
         static_cast<double>(i) < place + reach; ++i) {
      const bool outside = i < 0 || i >= axis.in;
      if (outside && exclude) continue;
      const double weight = weight_at(mode, (static_cast<double>(i) - place) / width, a);
      // What lies outside is as the edge.
      values[o][std::clamp<int64_t>(i, 0, axis.in - 1)] += weight;
      sum += weight;
    }
    if ((exclude || smooth) && sum != 0) {
      for (int64_t i = 0; i < axis.in; ++i) values[o][i] /= sum;
    }
  }
  return weights;
}

/// Positions that tf_crop_and_resize takes from outside of the input get a value instead.
at::Tensor fill_outside(const Call& call, const Axis& axis, const at::Tensor& y) {
  if (call.node.text("coordinate_transformation_mode", "half_pixel") != "tf_crop_and_resize")
    return y;
  const auto places = torch::tensor(input_places(call, axis), at::kDouble);
  const auto outside = at::logical_or(places<0, places> static_cast<double>(axis.in - 1));
  std::vector<int64_t> shape(static_cast<size_t>(y.dim()), 1);
  shape[static_cast<size_t>(axis.axis)] = axis.out;
  return y.masked_fill(outside.reshape(shape).to(y.device()),
                       call.node.number("extrapolation_value", 0));
}

/// Axis by axis: a product with the weights, or for `nearest` a choice of positions.
Tensors resize(const Call& call) {
  auto x = call.in(0);
  auto axes = resized_axes(call, x);
  if (call.has(3) && call.in(3).numel() > 0) keep_aspect_ratio(call, axes);
  for (const Axis& axis : axes) {
    if (axis.in == axis.out && axis.scale == 1 &&
        call.node.text("coordinate_transformation_mode", "half_pixel") != "tf_crop_and_resize")
      continue;
    auto sizes = x.sizes().vec();
    sizes[static_cast<size_t>(axis.axis)] = axis.out;
    call.check_size(sizes);
    const auto weights = weights_of(call, axis);
    if (call.node.text("mode", "nearest") == "nearest") {
      x = x.index_select(axis.axis, weights.argmax(1).to(x.device()));
    } else {
      const auto w = weights.to(x.options());
      x = at::matmul(x.movedim(axis.axis, -1), w.t()).movedim(-1, axis.axis);
    }
    x = fill_outside(call, axis, x);
  }
  return {x};
}

}  // namespace

std::vector<Operator> resize_operators() {
  return {
      {"Resize",
       1,
       4,
       {"antialias", "axes", "coordinate_transformation_mode", "cubic_coeff_a", "exclude_outside",
        "extrapolation_value", "keep_aspect_ratio_policy", "mode", "nearest_mode"},
       resize,
       {1, 2, 3}}};
}

}  // namespace ptqbench::onnx
