#pragma once

#include <string>

#include "methods/nn/layers.h"
#include "tasks/detection/anchor_grid.h"
#include "tasks/detection/detections.h"
#include "tasks/detection/proposals.h"

/// What detectors have beside convolutions. Nothing here has weights or quantizers. Images come
/// padded to a common size, [N, 3, H, W], with the sizes of what is theirs, [N, 2] int64 (height,
/// width).
namespace ptqbench {

/// Images -> [N, A, 4], the same anchors for each.
class AnchorLayer : public Layer {
 public:
  explicit AnchorLayer(AnchorGrid grid) : grid_(std::move(grid)) {}

  Tensors forward(const Tensors& inputs, Pass& pass) const override;
  std::string kind() const override { return "anchors"; }

 private:
  AnchorGrid grid_;
};

/// Class logits [N, A, K], deltas [N, A, 4], anchors [N, A, 4], images, sizes -> boxes [N, D, 4],
/// scores [N, D] and labels [N, D] (detections_at_anchors, padded_batch).
class AnchorDetections : public Layer {
 public:
  AnchorDetections(AnchorGrid grid, const DetectionOptions& options)
      : grid_(std::move(grid)), options_(options) {}

  Tensors forward(const Tensors& inputs, Pass& pass) const override;
  std::string kind() const override { return "detections"; }

 private:
  AnchorGrid grid_;
  DetectionOptions options_;
};

/// Objectness [N, A, 1], deltas [N, A, 4], anchors [N, A, 4], images, sizes -> [N, P, 4] (propose).
class ProposalLayer : public Layer {
 public:
  ProposalLayer(AnchorGrid grid, const ProposalOptions& options)
      : grid_(std::move(grid)), options_(options) {}

  Tensors forward(const Tensors& inputs, Pass& pass) const override;
  std::string kind() const override { return "proposals"; }

 private:
  AnchorGrid grid_;
  ProposalOptions options_;
};

/// Images, proposals [N, P, 4] and the levels of a pyramid [N, C, H_l, W_l], finest first ->
/// [N, P, C * 49], the features of 7 x 7 bins (multi_scale_roi_align).
class RoiPooling : public Layer {
 public:
  Tensors forward(const Tensors& inputs, Pass& pass) const override;
  std::string kind() const override { return "roi align"; }
};

/// Class logits [N, P, K], deltas [N, P, 4 * K], proposals [N, P, 4], sizes -> as AnchorDetections
/// (detections_at_proposals).
class ProposalDetections : public Layer {
 public:
  explicit ProposalDetections(const DetectionOptions& options) : options_(options) {}

  Tensors forward(const Tensors& inputs, Pass& pass) const override;
  std::string kind() const override { return "detections"; }

 private:
  DetectionOptions options_;
};

}  // namespace ptqbench
