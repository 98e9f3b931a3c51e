#include <fmt/format.h>
#include <torch/types.h>

#include "tasks/models/onnx/operator.h"

namespace ptqbench::onnx {
namespace {

/// Indices from 0; those of the file may count from the end. Throws IoError on others.
at::Tensor indices_from_zero(const Call& call, const at::Tensor& given, int64_t size) {
  const auto indices = given.to(at::kLong);
  if (indices.numel() == 0) return indices;
  const auto [least, greatest] = at::aminmax(indices);
  if (least.item<int64_t>() < -size || greatest.item<int64_t>() >= size) {
    call.fail(fmt::format("indices from {} to {} of an axis of {}", least.item<int64_t>(),
                          greatest.item<int64_t>(), size));
  }
  return at::where(indices < 0, indices + size, indices);
}

/// Rows of the axis, in the shape of the indices.
Tensors gather(const Call& call) {
  const auto& x = call.in(0);
  const int64_t axis = call.axis(call.node.integer("axis", 0), x.dim());
  const auto indices = indices_from_zero(call, call.in(1), x.size(axis)).to(x.device());
  auto sizes = x.sizes().slice(0, static_cast<size_t>(axis)).vec();
  sizes.insert(sizes.end(), indices.sizes().begin(), indices.sizes().end());
  const auto behind = x.sizes().slice(static_cast<size_t>(axis) + 1);
  sizes.insert(sizes.end(), behind.begin(), behind.end());
  call.check_size(sizes);
  return {x.index_select(axis, indices.reshape({-1})).reshape(sizes)};
}

Tensors gather_elements(const Call& call) {
  const auto& x = call.in(0);
  const int64_t axis = call.axis(call.node.integer("axis", 0), x.dim());
  return {x.gather(axis, indices_from_zero(call, call.in(1), x.size(axis)).to(x.device()))};
}

/// The last axis of the indices [.., k] names places in the first k axes.
Tensors gather_places(const Call& call) {
  if (call.node.integer("batch_dims", 0) != 0) call.fail("batch_dims is not supported");
  const auto& x = call.in(0);
  const auto& places = call.in(1);
  if (places.dim() < 1 || places.size(-1) > x.dim()) call.fail("the indices have too many numbers");
  c10::List<c10::optional<at::Tensor>> each;
  for (int64_t d = 0; d < places.size(-1); ++d)
    each.push_back(indices_from_zero(call, places.select(-1, d), x.size(d)));
  return {at::index(x, each)};
}

/// The upper or lower triangle of the last two axes.
Tensors triangle(const Call& call) {
  const int64_t diagonal = call.has(1) ? call.integers(1).at(0) : 0;
  return {call.node.integer("upper", 1) != 0 ? at::triu(call.in(0), diagonal)
                                             : at::tril(call.in(0), diagonal)};
}

}  // namespace

std::vector<Operator> selection_operators() {
  return {
      {"Gather", 2, 2, {"axis"}, gather},
      {"GatherElements", 2, 2, {"axis"}, gather_elements},
      {"GatherND", 2, 2, {"batch_dims"}, gather_places},
      {"Trilu", 1, 2, {"upper"}, triangle, {1}},
  };
}

}  // namespace ptqbench::onnx
