#include <fmt/format.h>
#include <torch/types.h>

#include <algorithm>

#include "tasks/models/onnx/windows.h"

namespace ptqbench::onnx {
namespace {

std::vector<int64_t> kernel_of(const at::Tensor& weight) { return weight.sizes().slice(2).vec(); }

at::Tensor bias_of(const Call& call) { return call.has(2) ? call.in(2) : at::Tensor(); }

/// Weights are [C_out, C_in / groups, ...].
Tensors convolution(const Call& call) {
  const auto& weight = call.in(1);
  if (weight.dim() < 3) call.fail(fmt::format("its weight has {} dimensions", weight.dim()));
  auto x = call.in(0);
  auto windows = windows_of(call, x, kernel_of(weight));
  if (!windows.same_on_both_sides()) {
    x = padded(x, windows.before, windows.after, 0);
    windows.before.assign(windows.dimensions(), 0);
  }
  return {at::convolution(x, weight, bias_of(call), windows.strides, windows.before,
                          windows.dilations, /*transposed=*/false,
                          std::vector<int64_t>(windows.dimensions(), 0),
                          call.node.integer("group", 1))};
}

/// Positions that the output has too many in front and behind; output_shape and auto_pad decide
/// them where they are given.
void resolve_output(const Call& call, const at::Tensor& x, const std::vector<int64_t>& extra,
                    Windows& windows) {
  const auto automatic = call.node.text("auto_pad", "NOTSET");
  const auto wanted = call.node.integers("output_shape");
  const bool same = automatic == "SAME_UPPER" || automatic == "SAME_LOWER";
  if (wanted.empty() && !same) return;
  if (!wanted.empty() && wanted.size() != windows.dimensions())
    call.fail(fmt::format("output_shape has {} numbers", wanted.size()));
  for (size_t d = 0; d < windows.dimensions(); ++d) {
    const int64_t size = x.size(static_cast<int64_t>(d) + 2);
    const int64_t target = wanted.empty() ? size * windows.strides[d] : wanted[d];
    const int64_t total = windows.strides[d] * (size - 1) + extra[d] + windows.extent(d) - target;
    // Rounded down where there is too little, too.
    const int64_t half = total >> 1;
    windows.before[d] = automatic == "SAME_UPPER" ? half : total - half;
    windows.after[d] = total - windows.before[d];
  }
}

/// `weight` [C_in, C_out / groups, ...].
Tensors transposed_convolution(const Call& call, const at::Tensor& weight) {
  const auto& x = call.in(0);
  auto windows = windows_of(call, x, kernel_of(weight));
  const std::vector<int64_t> none(windows.dimensions(), 0);
  const auto extra = call.node.integers("output_padding", none);
  if (extra.size() != windows.dimensions())
    call.fail(fmt::format("output_padding has {} numbers", extra.size()));
  if (call.node.text("auto_pad", "NOTSET") != "NOTSET") {
    windows.before = none;
    windows.after = none;
  }
  resolve_output(call, x, extra, windows);
  auto sizes = x.sizes().vec();
  for (size_t d = 0; d < windows.dimensions(); ++d)
    sizes[d + 2] = (sizes[d + 2] - 1) * windows.strides[d] + windows.extent(d);
  call.check_size(sizes);
  // The whole output, extra positions behind; then what is too much is cut off, or what lacks is
  // zero (and gets the bias).
  auto y = at::convolution(x, weight, {}, windows.strides, none, windows.dilations,
                           /*transposed=*/true, none, call.node.integer("group", 1));
  std::vector<int64_t> before, after;
  for (size_t d = 0; d < windows.dimensions(); ++d) {
    before.push_back(-windows.before[d]);
    after.push_back(extra[d] - windows.after[d]);
  }
  y = padded(y, before, after, 0);
  if (!call.has(2)) return {y};
  std::vector<int64_t> shape(static_cast<size_t>(y.dim()), 1);
  shape[1] = -1;
  return {y + call.in(2).reshape(shape)};
}

Tensors convolution_transpose(const Call& call) {
  if (call.in(1).dim() < 3) call.fail("its weight has too few dimensions");
  return transposed_convolution(call, call.in(1));
}

/// The same with the weight of a quantizer's layout, [C_out, C_in / groups, ...].
Tensors convolution_transpose_by_output(const Call& call) {
  return transposed_convolution(call,
                                transpose_channels(call.in(1), call.node.integer("group", 1)));
}

Tensors gemm(const Call& call) {
  auto a = call.in(0);
  auto b = call.in(1);
  if (a.dim() != 2 || b.dim() != 2) call.fail("expected matrices");
  if (call.node.integer("transA", 0) != 0) a = a.t();
  if (call.node.integer("transB", 0) != 0) b = b.t();
  const double alpha = call.node.number("alpha", 1);
  const double beta = call.node.number("beta", 1);
  if (!call.has(2)) return {alpha == 1 ? at::mm(a, b) : at::mm(a, b) * alpha};
  return {at::addmm(call.in(2), a, b, beta, alpha)};
}

/// [.., F_in] by a weight [F_out, F_in].
Tensors linear(const Call& call) { return {at::linear(call.in(0), call.in(1), bias_of(call))}; }

Tensors matmul(const Call& call) {
  const auto& a = call.in(0);
  const auto& b = call.in(1);
  if (a.dim() >= 2 && b.dim() >= 2) {
    auto sizes = at::infer_size(a.sizes().slice(0, static_cast<size_t>(a.dim()) - 2),
                                b.sizes().slice(0, static_cast<size_t>(b.dim()) - 2));
    sizes.insert(sizes.end(), {a.size(-2), b.size(-1)});
    call.check_size(sizes);
  }
  return {at::matmul(a, b)};
}

Tensors einsum(const Call& call) {
  Tensors operands;
  for (size_t i = 0; i < call.inputs.size(); ++i) operands.push_back(call.in(i));
  auto equation = call.node.text("equation", "");
  equation.erase(std::remove(equation.begin(), equation.end(), ' '), equation.end());
  return {at::einsum(equation, operands)};
}

const std::vector<std::string> kWindowAttributes = {"auto_pad",     "dilations", "group",
                                                    "kernel_shape", "pads",      "strides"};

std::vector<std::string> transposed_attributes() {
  auto all = kWindowAttributes;
  all.insert(all.end(), {"output_padding", "output_shape"});
  return all;
}

}  // namespace

at::Tensor transpose_channels(const at::Tensor& weight, int64_t groups) {
  auto sizes = weight.sizes().vec();
  if (groups < 1 || sizes.at(0) % groups != 0) return weight;
  std::vector<int64_t> grouped = {groups, sizes[0] / groups};
  grouped.insert(grouped.end(), sizes.begin() + 1, sizes.end());
  std::vector<int64_t> swapped = {groups * sizes[1], sizes[0] / groups};
  swapped.insert(swapped.end(), sizes.begin() + 2, sizes.end());
  return weight.reshape(grouped).transpose(1, 2).reshape(swapped);
}

std::vector<Operator> product_operators() {
  return {
      {"Conv", 2, 3, kWindowAttributes, convolution},
      {"ConvTranspose", 2, 3, transposed_attributes(), convolution_transpose},
      {"ptqbench.ConvTranspose", 2, 3, transposed_attributes(), convolution_transpose_by_output},
      {"Gemm", 2, 3, {"alpha", "beta", "transA", "transB"}, gemm},
      {"ptqbench.Linear", 2, 3, {}, linear},
      {"MatMul", 2, 2, {}, matmul},
      {"Einsum", 1, SIZE_MAX, {"equation"}, einsum},
  };
}

}  // namespace ptqbench::onnx
