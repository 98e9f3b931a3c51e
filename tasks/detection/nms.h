#pragma once

namespace at {
class Tensor;
}

namespace ptqbench {

/// Greedy non-maximum suppression: of `boxes` [N, 4] by decreasing `scores` [N] (equal ones in
/// their order), a box stays unless its intersection over union with one that stays already
/// exceeds `iou_threshold`. Returns the ids of those that stay in that order, int64.
at::Tensor nms(const at::Tensor& boxes, const at::Tensor& scores, double iou_threshold);

/// The same within each class alone; `classes` [N] int64. The ids of all classes come together by
/// decreasing score.
at::Tensor class_wise_nms(const at::Tensor& boxes, const at::Tensor& scores,
                          const at::Tensor& classes, double iou_threshold);

}  // namespace ptqbench
