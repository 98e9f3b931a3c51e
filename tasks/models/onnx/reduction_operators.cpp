#include <torch/types.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "tasks/models/onnx/operator.h"

namespace ptqbench::onnx {
namespace {

using Reduce = at::Tensor (*)(const at::Tensor&, const std::vector<int64_t>&, bool);

/// Over all axes where none is given, unless the node says that this means nothing.
Tensors reduce(const Call& call, Reduce function) {
  const auto& x = call.in(0);
  auto axes = call.axes(1, x.dim(), {});
  if (axes.empty()) {
    if (call.node.integer("noop_with_empty_axes", 0) != 0) return {x};
    axes.resize(static_cast<size_t>(x.dim()));
    std::iota(axes.begin(), axes.end(), 0);
  }
  // A number has no axes.
  if (axes.empty()) return {function(x.reshape({1}), {0}, false)};
  return {function(x, axes, call.node.integer("keepdims", 1) != 0)};
}

Operator reduction(const std::string& name, Reduce function) {
  return {name,
          1,
          2,
          {"axes", "keepdims", "noop_with_empty_axes"},
          [function](const Call& call) { return reduce(call, function); },
          {1}};
}

at::Tensor sum(const at::Tensor& x, const std::vector<int64_t>& axes, bool keep) {
  return x.sum(axes, keep).to(x.scalar_type());
}

/// Of integers, cut towards zero.
at::Tensor mean(const at::Tensor& x, const std::vector<int64_t>& axes, bool keep) {
  if (x.is_floating_point()) return x.mean(axes, keep);
  return x.to(at::kDouble).mean(axes, keep).to(x.scalar_type());
}

/// Of nothing: the sums of nothing, in their shape, with `value`.
at::Tensor of_nothing(const at::Tensor& x, const std::vector<int64_t>& axes, bool keep,
                      double value) {
  return at::full_like(sum(x, axes, keep), value);
}

/// Of truth values, whether any is true; of nothing, the lowest value.
at::Tensor maximum(const at::Tensor& x, const std::vector<int64_t>& axes, bool keep) {
  if (x.numel() == 0 && x.scalar_type() == at::kBool) return of_nothing(x, axes, keep, 0);
  if (x.numel() == 0 && x.is_floating_point())
    return of_nothing(x, axes, keep, -std::numeric_limits<double>::infinity());
  return x.amax(axes, keep);
}

at::Tensor minimum(const at::Tensor& x, const std::vector<int64_t>& axes, bool keep) {
  if (x.numel() == 0 && x.is_floating_point())
    return of_nothing(x, axes, keep, std::numeric_limits<double>::infinity());
  return x.amin(axes, keep);
}

at::Tensor product(const at::Tensor& x, const std::vector<int64_t>& axes, bool keep) {
  auto y = x;
  for (const int64_t axis : axes) y = y.prod(axis, /*keepdim=*/true);
  if (!keep) {
    auto sizes = std::vector<int64_t>();
    for (int64_t d = 0; d < x.dim(); ++d) {
      if (std::count(axes.begin(), axes.end(), d) == 0) sizes.push_back(x.size(d));
    }
    y = y.reshape(sizes);
  }
  return y.to(x.scalar_type());
}

at::Tensor absolute_sum(const at::Tensor& x, const std::vector<int64_t>& axes, bool keep) {
  return sum(x.abs(), axes, keep);
}

at::Tensor square_sum(const at::Tensor& x, const std::vector<int64_t>& axes, bool keep) {
  return sum(x * x, axes, keep);
}

at::Tensor euclidean(const at::Tensor& x, const std::vector<int64_t>& axes, bool keep) {
  return at::sqrt(square_sum(x.is_floating_point() ? x : x.to(at::kDouble), axes, keep))
      .to(x.scalar_type());
}

at::Tensor log_sum_exp(const at::Tensor& x, const std::vector<int64_t>& axes, bool keep) {
  return at::logsumexp(x, axes, keep);
}

at::Tensor log_sum(const at::Tensor& x, const std::vector<int64_t>& axes, bool keep) {
  return at::log(sum(x, axes, keep));
}

/// The first of equal ones, or the last.
Tensors arg_extreme(const Call& call, bool greatest) {
  const auto& x = call.in(0);
  const int64_t axis = call.axis(call.node.integer("axis", 0), x.dim());
  const bool keep = call.node.integer("keepdims", 1) != 0;
  const bool last = call.node.integer("select_last_index", 0) != 0;
  const auto find = [&](const at::Tensor& from) {
    return greatest ? from.argmax(axis, keep) : from.argmin(axis, keep);
  };
  return {last ? x.size(axis) - 1 - find(x.flip(axis)) : find(x)};
}

Tensors top_k(const Call& call) {
  const auto& x = call.in(0);
  const int64_t axis = call.axis(call.node.integer("axis", -1), x.dim());
  const auto count = call.integers(1);
  if (count.size() != 1 || count[0] < 0 || count[0] > x.size(axis))
    call.fail("K is not a number up to the size of the axis");
  const bool largest = call.node.integer("largest", 1) != 0;
  // Of equal values the first comes first.
  auto [values, indices] = x.sort(/*stable=*/true, axis, /*descending=*/largest);
  return {values.slice(axis, 0, count[0]), indices.slice(axis, 0, count[0])};
}

}  // namespace

std::vector<Operator> reduction_operators() {
  return {
      reduction("ReduceMean", mean),
      reduction("ReduceSum", sum),
      reduction("ReduceMax", maximum),
      reduction("ReduceMin", minimum),
      reduction("ReduceProd", product),
      reduction("ReduceL1", absolute_sum),
      reduction("ReduceL2", euclidean),
      reduction("ReduceSumSquare", square_sum),
      reduction("ReduceLogSumExp", log_sum_exp),
      reduction("ReduceLogSum", log_sum),
      {"ArgMax",
       1,
       1,
       {"axis", "keepdims", "select_last_index"},
       [](const Call& call) { return arg_extreme(call, /*greatest=*/true); }},
      {"ArgMin",
       1,
       1,
       {"axis", "keepdims", "select_last_index"},
       [](const Call& call) { return arg_extreme(call, /*greatest=*/false); }},
      {"TopK", 2, 2, {"axis", "largest", "sorted"}, top_k, {1}},
  };
}

}  // namespace ptqbench::onnx
