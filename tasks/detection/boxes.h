#pragma once

#include "tasks/detection/coco/image_size.h"

namespace at {
class Tensor;
}

/// Boxes are float32 rows (x1, y1, x2, y2) in pixels: the left, upper, right and lower edge, with
/// widths of x2 - x1 and heights of y2 - y1.
namespace ptqbench {

/// [N, 4] -> [N]
at::Tensor box_area(const at::Tensor& boxes);

/// Intersection over union of each box of `a` [N, 4] with each of `b` [M, 4] -> [N, M]. NaN for two
/// boxes without area.
at::Tensor box_iou(const at::Tensor& a, const at::Tensor& b);

/// [..., 4]: what lies outside of the image moves to its edge.
at::Tensor clip_boxes(const at::Tensor& boxes, ImageSize image);

/// int64: which boxes [N, 4] have both sides of at least `min_size`.
at::Tensor large_enough(const at::Tensor& boxes, double min_size);

}  // namespace ptqbench
