#include "tasks/models/onnx/windows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/types.h>

#include <algorithm>

namespace ptqbench::onnx {
namespace {

/// LibTorch divides by some of them, and works with 64-bit products of others.
constexpr int64_t kLargestWindow = 1 << 20;

void check(const Call& call, const std::string& name, const std::vector<int64_t>& numbers,
           size_t count, int64_t least) {
  const auto fits = [&](int64_t number) { return number >= least && number <= kLargestWindow; };
  if (numbers.size() == count && std::all_of(numbers.begin(), numbers.end(), fits)) return;
  call.fail(fmt::format("{} are [{}], expected {} numbers from {} to {}", name,
                        fmt::join(numbers, ", "), count, least, kLargestWindow));
}

/// As many output positions as strides fit into the input; what is odd goes behind, or in front.
void pad_to_same(Windows& windows, const at::Tensor& x, bool more_in_front) {
  for (size_t d = 0; d < windows.dimensions(); ++d) {
    const int64_t size = x.size(static_cast<int64_t>(d) + 2);
    const int64_t positions = (size + windows.strides[d] - 1) / windows.strides[d];
    const int64_t total =
        std::max<int64_t>(0, (positions - 1) * windows.strides[d] + windows.extent(d) - size);
    windows.before[d] = more_in_front ? total - total / 2 : total / 2;
    windows.after[d] = total - windows.before[d];
  }
}

}  // namespace

Windows windows_of(const Call& call, const at::Tensor& x, const std::vector<int64_t>& kernel) {
  const size_t dimensions = kernel.size();
  if (x.dim() != static_cast<int64_t>(dimensions) + 2) {
    call.fail(fmt::format("a kernel of {} dimensions over an input of {}; expected {}", dimensions,
                          x.dim(), dimensions + 2));
  }
  const std::vector<int64_t> ones(dimensions, 1);
  Windows windows;
  windows.kernel = kernel;
  windows.strides = call.node.integers("strides", ones);
  windows.dilations = call.node.integers("dilations", ones);
  const auto pads = call.node.integers("pads", std::vector<int64_t>(2 * dimensions, 0));
  check(call, "kernel sizes", windows.kernel, dimensions, 1);
  check(call, "strides", windows.strides, dimensions, 1);
  check(call, "dilations", windows.dilations, dimensions, 1);
  check(call, "pads", pads, 2 * dimensions, 0);
  const auto half = pads.begin() + static_cast<std::ptrdiff_t>(dimensions);
  windows.before = {pads.begin(), half};
  windows.after = {half, pads.end()};
  const auto automatic = call.node.text("auto_pad", "NOTSET");
  if (automatic == "SAME_UPPER" || automatic == "SAME_LOWER") {
    pad_to_same(windows, x, automatic == "SAME_LOWER");
  } else if (automatic != "NOTSET" && automatic != "VALID" && !automatic.empty()) {
    call.fail("auto_pad is '" + automatic + "', expected SAME_UPPER, SAME_LOWER, VALID or NOTSET");
  }
  auto sizes = x.sizes().vec();
  for (size_t d = 0; d < dimensions; ++d) sizes[d + 2] += windows.before[d] + windows.after[d];
  call.check_size(sizes);
  return windows;
}

at::Tensor padded(const at::Tensor& x, const std::vector<int64_t>& before,
                  const std::vector<int64_t>& after, double value) {
  // From the last dimension, as LibTorch has it.
  std::vector<int64_t> pads;
  for (size_t d = before.size(); d > 0; --d) {
    pads.push_back(before[d - 1]);
    pads.push_back(after[d - 1]);
  }
  return at::constant_pad_nd(x, pads, value);
}

}  // namespace ptqbench::onnx
