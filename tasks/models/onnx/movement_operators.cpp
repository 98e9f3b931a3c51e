#include <fmt/format.h>
#include <torch/types.h>

#include <algorithm>
#include <numeric>

#include "tasks/models/onnx/operator.h"

namespace ptqbench::onnx {
namespace {

Tensors identity(const Call& call) { return {call.in(0)}; }

/// Nothing is dropped; what was kept, everything, may be asked for.
Tensors dropout(const Call& call) {
  if (call.has(2) && call.number(2) != 0 && !(call.has(1) && call.number(1) == 0))
    call.fail("it is in training mode; export the model for inference");
  Tensors outputs = {call.in(0)};
  if (call.node.outputs.size() > 1) outputs.push_back(at::ones_like(call.in(0), at::kBool));
  return outputs;
}

/// 0 keeps a size of the input, unless allowzero says it is one.
Tensors reshape(const Call& call) {
  const auto& x = call.in(0);
  auto sizes = call.integers(1);
  const bool zero_is_size = call.node.integer("allowzero", 0) != 0;
  for (size_t d = 0; d < sizes.size() && !zero_is_size; ++d) {
    if (sizes[d] != 0) continue;
    if (static_cast<int64_t>(d) >= x.dim()) call.fail(fmt::format("size {} is of no input", d));
    sizes[d] = x.size(static_cast<int64_t>(d));
  }
  return {x.reshape(sizes)};
}

Tensors flatten(const Call& call) {
  const auto& x = call.in(0);
  const int64_t given = call.node.integer("axis", 1);
  const int64_t axis = given == x.dim() ? given : call.axis(given, x.dim());
  const auto sizes = x.sizes();
  int64_t rows = 1;
  for (int64_t d = 0; d < axis; ++d) rows *= sizes[static_cast<size_t>(d)];
  return {x.reshape({rows, rows == 0 ? 0 : x.numel() / rows})};
}

Tensors transpose(const Call& call) {
  const auto& x = call.in(0);
  std::vector<int64_t> order(static_cast<size_t>(x.dim()));
  std::iota(order.rbegin(), order.rend(), 0);
  return {x.permute(call.node.integers("perm", order))};
}

Tensors squeeze(const Call& call) {
  auto x = call.in(0);
  auto axes = call.axes(1, x.dim(), {});
  if (!call.has(1) && !call.node.has("axes")) return {x.squeeze()};
  std::sort(axes.rbegin(), axes.rend());
  for (const int64_t axis : axes) {
    if (x.size(axis) != 1) call.fail(fmt::format("axis {} has {} elements", axis, x.size(axis)));
    x = x.squeeze(axis);
  }
  return {x};
}

Tensors unsqueeze(const Call& call) {
  auto x = call.in(0);
  const auto given = call.has(1) ? call.integers(1) : call.node.integers("axes");
  auto axes = call.axes(1, x.dim() + static_cast<int64_t>(given.size()), {});
  std::sort(axes.begin(), axes.end());
  for (const int64_t axis : axes) x = x.unsqueeze(axis);
  return {x};
}

Tensors concat(const Call& call) {
  Tensors parts;
  for (size_t i = 0; i < call.inputs.size(); ++i) parts.push_back(call.in(i));
  return {at::cat(parts, call.axis(call.node.integer("axis", 0), parts[0].dim()))};
}

/// Sizes are given, or as many equal parts as outputs, where the last may be smaller.
Tensors split(const Call& call) {
  const auto& x = call.in(0);
  const int64_t axis = call.axis(call.node.integer("axis", 0), x.dim());
  auto sizes = call.has(1) ? call.integers(1) : call.node.integers("split");
  if (sizes.empty()) {
    const auto parts =
        call.node.integer("num_outputs", static_cast<int64_t>(call.node.outputs.size()));
    if (parts < 1 || parts != static_cast<int64_t>(call.node.outputs.size()))
      call.fail(fmt::format("num_outputs is {}", parts));
    const int64_t each = (x.size(axis) + parts - 1) / parts;
    for (int64_t rest = x.size(axis); static_cast<int64_t>(sizes.size()) < parts; rest -= each)
      sizes.push_back(std::max<int64_t>(0, std::min(rest, each)));
  }
  return at::split_with_sizes(x, sizes, axis);
}

/// Starts and ends are cut to the input; steps may be negative.
Tensors slice(const Call& call) {
  auto x = call.in(0);
  const auto starts = call.integers(1);
  const auto ends = call.integers(2);
  std::vector<int64_t> all(starts.size());
  std::iota(all.begin(), all.end(), 0);
  const auto axes = call.has(3) ? call.axes(3, x.dim(), {}) : all;
  const auto steps = call.has(4) ? call.integers(4) : std::vector<int64_t>(starts.size(), 1);
  if (ends.size() != starts.size() || axes.size() != starts.size() || steps.size() != starts.size())
    call.fail("starts, ends, axes and steps differ in number");
  for (size_t i = 0; i < starts.size(); ++i) {
    const int64_t axis = call.axis(axes[i], x.dim());
    const int64_t size = x.size(axis);
    const auto from_front = [&](int64_t place) { return place < 0 ? place + size : place; };
    if (steps[i] == 0) call.fail("a step of 0");
    if (steps[i] > 0) {
      const int64_t start = std::clamp<int64_t>(from_front(starts[i]), 0, size);
      const int64_t end = std::clamp<int64_t>(from_front(ends[i]), start, size);
      x = x.slice(axis, start, end, steps[i]);
      continue;
    }
    const int64_t start = std::clamp<int64_t>(from_front(starts[i]), -1, size - 1);
    const int64_t end = std::clamp<int64_t>(from_front(ends[i]), -1, start);
    // The same places from the other side.
    x = x.flip(axis).slice(axis, size - 1 - start, size - 1 - end, -steps[i]);
  }
  return {x};
}

Tensors pad(const Call& call) {
  const auto& x = call.in(0);
  const auto pads = call.has(1) ? call.integers(1) : call.node.integers("pads");
  std::vector<int64_t> axes(static_cast<size_t>(x.dim()));
  std::iota(axes.begin(), axes.end(), 0);
  if (call.has(3)) axes = call.axes(3, x.dim(), {});
  if (pads.size() != 2 * axes.size())
    call.fail(fmt::format("{} pads for {} axes", pads.size(), axes.size()));
  const auto mode = call.node.text("mode", "constant");
  auto sizes = x.sizes().vec();
  for (size_t i = 0; i < axes.size(); ++i)
    sizes[static_cast<size_t>(axes[i])] += pads[i] + pads[i + axes.size()];
  call.check_size(sizes);
  if (mode == "constant") {
    std::vector<int64_t> all(2 * static_cast<size_t>(x.dim()), 0);
    for (size_t i = 0; i < axes.size(); ++i) {
      const size_t from_back = static_cast<size_t>(x.dim() - 1 - axes[i]);
      all[2 * from_back] = pads[i];
      all[2 * from_back + 1] = pads[i + axes.size()];
    }
    return {at::constant_pad_nd(x, all, call.has(2) ? call.in(2).item() : at::Scalar(0))};
  }
  // Places of the input that the positions come from, axis by axis.
  auto y = x;
  for (size_t i = 0; i < axes.size(); ++i) {
    const int64_t size = x.size(axes[i]);
    auto places = at::arange(-pads[i], size + pads[i + axes.size()], at::kLong);
    if (mode == "edge") {
      places = places.clamp(0, size - 1);
    } else if (mode == "wrap") {
      places = places.remainder(size);
    } else if (mode == "reflect") {
      const int64_t period = std::max<int64_t>(1, 2 * (size - 1));
      const auto folded = places.remainder(period);
      places = at::minimum(folded, period - folded);
    } else {
      call.fail("mode is '" + mode + "', expected constant, edge, reflect or wrap");
    }
    y = y.index_select(axes[i], places.to(x.device()));
  }
  return {y};
}

/// [N, C, H, W] with blocks of b x b positions: channels become positions.
Tensors depth_to_space(const Call& call) {
  const auto& x = call.in(0);
  const int64_t b = call.node.integer("blocksize", 0);
  if (x.dim() != 4 || b < 1 || x.size(1) % (b * b) != 0)
    call.fail(fmt::format("blocksize is {}, which does not fit the input", b));
  const int64_t n = x.size(0), c = x.size(1) / (b * b), h = x.size(2), w = x.size(3);
  const bool columns_first = call.node.text("mode", "DCR") == "CRD";
  const auto y = columns_first ? x.reshape({n, c, b, b, h, w}).permute({0, 1, 4, 2, 5, 3})
                               : x.reshape({n, b, b, c, h, w}).permute({0, 3, 4, 1, 5, 2});
  return {y.reshape({n, c, h * b, w * b})};
}

Tensors space_to_depth(const Call& call) {
  const auto& x = call.in(0);
  const int64_t b = call.node.integer("blocksize", 0);
  if (x.dim() != 4 || b < 1 || x.size(2) % b != 0 || x.size(3) % b != 0)
    call.fail(fmt::format("blocksize is {}, which does not fit the input", b));
  const int64_t n = x.size(0), c = x.size(1), h = x.size(2) / b, w = x.size(3) / b;
  const bool columns_first = call.node.text("mode", "DCR") == "CRD";
  const auto y = x.reshape({n, c, h, b, w, b});
  return {(columns_first ? y.permute({0, 1, 3, 5, 2, 4}) : y.permute({0, 3, 5, 1, 2, 4}))
              .reshape({n, c * b * b, h, w})};
}

Tensors tile(const Call& call) {
  const auto& x = call.in(0);
  const auto repeats = call.integers(1);
  if (static_cast<int64_t>(repeats.size()) != x.dim())
    call.fail(fmt::format("{} repeats for {} dimensions", repeats.size(), x.dim()));
  call.check_size(repeats);
  std::vector<int64_t> sizes = x.sizes().vec();
  for (size_t d = 0; d < sizes.size(); ++d) {
    if (__builtin_mul_overflow(sizes[d], repeats[d], &sizes[d])) call.fail("it is too large");
  }
  call.check_size(sizes);
  return {x.repeat(repeats)};
}

/// To the sizes, where each side may have a 1 that the other fills.
Tensors expand(const Call& call) {
  const auto& x = call.in(0);
  const auto wanted = call.integers(1);
  call.check_size(wanted);
  const auto sizes = at::infer_size(x.sizes(), wanted);
  call.check_size(sizes);
  return {x.expand(sizes)};
}

}  // namespace

std::vector<Operator> movement_operators() {
  return {
      {"Identity", 1, 1, {}, identity},
      {"Dropout", 1, 3, {"ratio", "seed"}, dropout, {1, 2}},
      {"Reshape", 2, 2, {"allowzero"}, reshape, {1}},
      {"Flatten", 1, 1, {"axis"}, flatten},
      {"Transpose", 1, 1, {"perm"}, transpose},
      {"Squeeze", 1, 2, {"axes"}, squeeze, {1}},
      {"Unsqueeze", 1, 2, {"axes"}, unsqueeze, {1}},
      {"Concat", 1, SIZE_MAX, {"axis"}, concat},
      {"Split", 1, 2, {"axis", "split", "num_outputs"}, split, {1}},
      {"Slice", 3, 5, {}, slice, {1, 2, 3, 4}},
      {"Pad", 1, 4, {"mode", "pads"}, pad, {1, 2, 3}},
      {"DepthToSpace", 1, 1, {"blocksize", "mode"}, depth_to_space},
      {"SpaceToDepth", 1, 1, {"blocksize", "mode"}, space_to_depth},
      {"Tile", 2, 2, {}, tile, {1}},
      {"Expand", 2, 2, {}, expand, {1}},
  };
}

}  // namespace ptqbench::onnx
