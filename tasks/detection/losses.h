#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "tasks/detection/balanced_sample.h"
#include "tasks/detection/roi_samples.h"
#include "tasks/detection/targets.h"

/// What detectors are trained with, differentiable in their outputs. Outputs for anchors come of a
/// batch of N images with A anchors each, the same ones for all. All tensors are on one device.
namespace ptqbench {

struct DetectionLoss {
  at::Tensor classes;
  at::Tensor boxes;

  at::Tensor sum() const;
};

/// Sum over all elements of alpha_t (1 - p_t)^gamma (-log p_t), with p_t the probability of what
/// `targets` (0 or 1) say. Source: Lin et al., Focal Loss, arXiv:1708.02002, equation 5.
at::Tensor sigmoid_focal_loss(const at::Tensor& logits, const at::Tensor& targets,
                              double alpha = 0.25, double gamma = 2);

/// `logits` [N, A, classes], `deltas` [N, A, 4], `anchors` [A, 4]. Focal loss of all anchors and
/// the absolute error of the deltas (smoothed below `beta`, in deltas) of those that belong to
/// objects, each over their number, averaged over images.
DetectionLoss retinanet_loss(const at::Tensor& logits, const at::Tensor& deltas,
                             const at::Tensor& anchors,
                             const std::vector<DetectionTargets>& targets, double beta = 0);

/// `objectness` [N, A], `deltas` [N, A, 4], `anchors` [A, 4]. Cross entropy of 256 anchors of each
/// image and smooth absolute error of those that belong to objects, over the number of all. The
/// anchors are drawn by `key` and their image.
DetectionLoss rpn_loss(const at::Tensor& objectness, const at::Tensor& deltas,
                       const at::Tensor& anchors, const std::vector<DetectionTargets>& targets,
                       const SampleKey& key);

/// `logits` [R, 1 + classes] (background first), `deltas` [R, 4 * (1 + classes)] of the `samples`'
/// regions. Cross entropy, and smooth absolute error of the deltas of an object's class over the
/// number of all regions.
DetectionLoss roi_loss(const at::Tensor& logits, const at::Tensor& deltas,
                       const RoiSamples& samples);

}  // namespace ptqbench
