#include "tasks/models/detector_layers.h"

#include <torch/types.h>

#include "methods/nn/unit_graph.h"
#include "tasks/detection/roi_align.h"

namespace ptqbench {
namespace {

ImageSize padded_size(const at::Tensor& images) { return {images.size(2), images.size(3)}; }

ImageSize size_of(const at::Tensor& sizes, int64_t image) {
  return {sizes[image][0].item<int64_t>(), sizes[image][1].item<int64_t>()};
}

/// What is picked is picked on the CPU, and no gradient goes through it.
Tensors on_cpu(const Tensors& inputs, size_t count) {
  Tensors moved;
  for (size_t i = 0; i < count; ++i) moved.push_back(inputs.at(i).detach().cpu());
  return moved;
}

}  // namespace

Tensors AnchorLayer::forward(const Tensors& inputs, Pass& /*pass*/) const {
  const auto& images = inputs.at(0);
  const auto anchors = grid_.anchors(padded_size(images)).to(images.device());
  return {anchors.unsqueeze(0).expand({images.size(0), -1, -1})};
}

Tensors AnchorDetections::forward(const Tensors& inputs, Pass& /*pass*/) const {
  const torch::NoGradGuard no_grad;
  const auto values = on_cpu(inputs, 3);
  const auto counts = grid_.counts(padded_size(inputs.at(3)));
  const auto sizes = inputs.at(4).cpu();
  std::vector<Detections> images;
  for (int64_t i = 0; i < values[0].size(0); ++i) {
    images.push_back(detections_at_anchors(values[0][i], values[1][i], values[2][i], counts,
                                           size_of(sizes, i), options_));
  }
  return on_device(padded_batch(images, options_.most), inputs.at(0).device());
}

Tensors ProposalLayer::forward(const Tensors& inputs, Pass& /*pass*/) const {
  const torch::NoGradGuard no_grad;
  const auto values = on_cpu(inputs, 3);
  const auto counts = grid_.counts(padded_size(inputs.at(3)));
  const auto sizes = inputs.at(4).cpu();
  Tensors proposals;
  for (int64_t i = 0; i < values[0].size(0); ++i) {
    proposals.push_back(propose(values[0][i].squeeze(1), values[1][i], values[2][i], counts,
                                size_of(sizes, i), options_));
  }
  return {at::stack(proposals).to(inputs.at(0).device())};
}

Tensors RoiPooling::forward(const Tensors& inputs, Pass& /*pass*/) const {
  const auto& proposals = inputs.at(1);
  const int64_t images = proposals.size(0);
  const int64_t count = proposals.size(1);
  const auto image = at::arange(images, proposals.options()).view({-1, 1, 1});
  const auto rois = at::cat({image.expand({images, count, 1}), proposals}, 2).flatten(0, 1);
  const Tensors maps(inputs.begin() + 2, inputs.end());
  const auto features = multi_scale_roi_align(maps, rois, padded_size(inputs.at(0)));
  return {features.reshape({images, count, -1})};
}

Tensors ProposalDetections::forward(const Tensors& inputs, Pass& /*pass*/) const {
  const torch::NoGradGuard no_grad;
  const auto values = on_cpu(inputs, 4);
  std::vector<Detections> images;
  for (int64_t i = 0; i < values[0].size(0); ++i) {
    images.push_back(detections_at_proposals(values[0][i], values[1][i], values[2][i],
                                             size_of(values[3], i), options_));
  }
  return on_device(padded_batch(images, options_.most), inputs.at(0).device());
}

}  // namespace ptqbench
