#include "tasks/detection/boxes.h"

#include <torch/types.h>

namespace ptqbench {
namespace {

/// [..., 4] -> [..., 2], the width and the height.
at::Tensor sides(const at::Tensor& boxes) { return boxes.slice(-1, 2) - boxes.slice(-1, 0, 2); }

}  // namespace

at::Tensor box_area(const at::Tensor& boxes) {
  const at::Tensor size = sides(boxes);
  return size.select(-1, 0) * size.select(-1, 1);
}

at::Tensor box_iou(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor from = at::maximum(a.slice(1, 0, 2).unsqueeze(1), b.slice(1, 0, 2));
  const at::Tensor to = at::minimum(a.slice(1, 2).unsqueeze(1), b.slice(1, 2));
  const at::Tensor size = (to - from).clamp_min(0);
  const at::Tensor common = size.select(2, 0) * size.select(2, 1);
  return common / (box_area(a).unsqueeze(1) + box_area(b) - common);
}

at::Tensor clip_boxes(const at::Tensor& boxes, ImageSize image) {
  const at::Tensor x = boxes.slice(-1, 0, 4, 2).clamp(0, image.width);
  const at::Tensor y = boxes.slice(-1, 1, 4, 2).clamp(0, image.height);
  return at::stack({x, y}, -1).flatten(-2);
}

at::Tensor large_enough(const at::Tensor& boxes, double min_size) {
  return (sides(boxes) >= min_size).all(1).nonzero().squeeze(1);
}

}  // namespace ptqbench
