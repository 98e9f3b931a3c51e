#include <torch/types.h>

#include <limits>
#include <numeric>

#include "tasks/models/onnx/windows.h"

namespace ptqbench::onnx {
namespace {

/// Windows whose last one may stand over the edge, where ceil_mode is asked for: as many positions
/// are added behind, and the sizes come out as ONNX rounds them. Windows that would start behind
/// the input and its padding are left out.
std::vector<int64_t> overhang(const Call& call, const at::Tensor& x, const Windows& windows) {
  std::vector<int64_t> more(windows.dimensions(), 0);
  if (call.node.integer("ceil_mode", 0) == 0) return more;
  for (size_t d = 0; d < windows.dimensions(); ++d) {
    const int64_t size = x.size(static_cast<int64_t>(d) + 2);
    const int64_t free = size + windows.before[d] + windows.after[d] - windows.extent(d);
    const int64_t lacking = free % windows.strides[d];
    const int64_t start = (free / windows.strides[d] + 1) * windows.strides[d];
    if (lacking != 0 && start < size + windows.before[d]) more[d] = windows.strides[d] - lacking;
  }
  return more;
}

std::vector<int64_t> sums(std::vector<int64_t> a, const std::vector<int64_t>& b) {
  for (size_t i = 0; i < a.size(); ++i) a[i] += b[i];
  return a;
}

/// Max pooling over one to three dimensions of space, without padding.
at::Tensor max_of_windows(const Call& call, const at::Tensor& x, const Windows& windows) {
  const auto& w = windows;
  const std::vector<int64_t> none(w.dimensions(), 0);
  switch (w.dimensions()) {
    case 1:
      return at::max_pool1d(x, w.kernel, w.strides, none, w.dilations);
    case 2:
      return at::max_pool2d(x, w.kernel, w.strides, none, w.dilations);
    case 3:
      return at::max_pool3d(x, w.kernel, w.strides, none, w.dilations);
    default:
      call.fail("windows of more than three dimensions are not supported");
  }
}

/// What lies outside of the map counts as lowest.
Tensors max_pool(const Call& call) {
  if (call.node.outputs.size() > 1 || call.node.integer("storage_order", 0) != 0)
    call.fail("the places of the maxima (a second output, storage_order) are not supported");
  const auto& x = call.in(0);
  const auto windows = windows_of(call, x, call.node.integers("kernel_shape"));
  const auto more = overhang(call, x, windows);
  const bool plain = windows.same_on_both_sides() && more == std::vector<int64_t>(more.size(), 0);
  // LibTorch pads by half a window at most.
  const bool half = std::equal(windows.before.begin(), windows.before.end(), windows.kernel.begin(),
                               [](int64_t pad, int64_t size) { return pad <= size / 2; });
  const bool real = x.is_floating_point();
  if (plain && half && real && windows.dimensions() == 2) {
    return {at::max_pool2d(x, windows.kernel, windows.strides, windows.before, windows.dilations)};
  }
  const auto around = padded(real ? x : x.to(at::kDouble), windows.before,
                             sums(windows.after, more), -std::numeric_limits<double>::infinity());
  return {max_of_windows(call, around, windows).to(x.scalar_type())};
}

/// Sums over the windows of [N, C, ...]: a convolution with ones, which knows dilations, too.
at::Tensor window_sums(const at::Tensor& x, const Windows& windows) {
  auto sizes = x.sizes().vec();
  sizes[0] *= sizes[1];
  sizes[1] = 1;
  std::vector<int64_t> ones = {1, 1};
  ones.insert(ones.end(), windows.kernel.begin(), windows.kernel.end());
  const std::vector<int64_t> none(windows.dimensions(), 0);
  const auto y = at::convolution(x.reshape(sizes), at::ones(ones, x.options()), {}, windows.strides,
                                 none, windows.dilations, /*transposed=*/false, none, /*groups=*/1);
  auto result = y.sizes().vec();
  result[0] = x.size(0);
  result[1] = x.size(1);
  return y.reshape(result);
}

/// The mean over what of a window lies on the map, or with count_include_pad on its padding; never
/// over what only ceil_mode added.
Tensors average_pool(const Call& call) {
  const auto& x = call.in(0);
  const auto windows = windows_of(call, x, call.node.integers("kernel_shape"));
  const auto more = overhang(call, x, windows);
  const bool include = call.node.integer("count_include_pad", 0) != 0;
  const std::vector<int64_t> none(windows.dimensions(), 0);
  const std::vector<int64_t> ones(windows.dimensions(), 1);
  const bool plain = windows.same_on_both_sides() && more == none && windows.dilations == ones;
  if (plain && windows.dimensions() == 2) {
    const bool half =
        windows.kernel[0] / 2 >= windows.before[0] && windows.kernel[1] / 2 >= windows.before[1];
    if (half)
      return {at::avg_pool2d(x, windows.kernel, windows.strides, windows.before, false, include)};
  }
  auto counted = at::ones_like(x.slice(0, 0, 1).slice(1, 0, 1));
  counted = padded(counted, windows.before, windows.after, include ? 1 : 0);
  counted = window_sums(padded(counted, none, more, 0), windows);
  const auto around = padded(x, windows.before, sums(windows.after, more), 0);
  return {window_sums(around, windows) / counted};
}

std::vector<int64_t> spatial(const Call& call, const at::Tensor& x) {
  if (x.dim() < 3) call.fail("expected an input [N, C, ...]");
  std::vector<int64_t> axes(static_cast<size_t>(x.dim() - 2));
  std::iota(axes.begin(), axes.end(), 2);
  return axes;
}

Tensors global_average(const Call& call) {
  const auto& x = call.in(0);
  return {x.mean(spatial(call, x), /*keepdim=*/true)};
}

Tensors global_max(const Call& call) {
  const auto& x = call.in(0);
  return {x.amax(spatial(call, x), /*keepdim=*/true)};
}

}  // namespace

std::vector<Operator> pooling_operators() {
  return {
      {"MaxPool",
       1,
       1,
       {"auto_pad", "ceil_mode", "dilations", "kernel_shape", "pads", "storage_order", "strides"},
       max_pool},
      {"AveragePool",
       1,
       1,
       {"auto_pad", "ceil_mode", "count_include_pad", "dilations", "kernel_shape", "pads",
        "strides"},
       average_pool},
      {"GlobalAveragePool", 1, 1, {}, global_average},
      {"GlobalMaxPool", 1, 1, {}, global_max},
  };
}

}  // namespace ptqbench::onnx
