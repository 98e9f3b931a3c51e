#include "tasks/training/detection_loss.h"

#include <torch/types.h>

#include "tasks/detection/losses.h"
#include "tasks/models/faster_rcnn.h"

namespace ptqbench {
namespace {

/// Regions as proposals [N, P, 4] of images, P the most of any; the places of the real ones among
/// the N * P come in the order of the regions.
struct PaddedRegions {
  at::Tensor proposals;
  at::Tensor places;
};

PaddedRegions padded_regions(const at::Tensor& rois, int64_t images) {
  const auto image = rois.select(1, 0).to(at::kLong);
  const auto counts = at::bincount(image, {}, images);
  const int64_t most = counts.max().item<int64_t>();
  // Regions come image by image, so a region's number in its image follows from its number.
  const auto first = at::cumsum(counts, 0) - counts;
  const auto number = at::arange(rois.size(0)) - first.index_select(0, image);
  const auto places = image * most + number;
  auto proposals = at::zeros({images * most, 4});
  proposals.index_copy_(0, places, rois.slice(1, 1));
  return {proposals.view({images, most, 4}), places};
}

/// Losses are computed there.
Tensors on_cpu(const Tensors& values) { return on_device(values, at::kCPU); }

std::vector<ValueId> named_values(const UnitGraph& model, const std::vector<std::string>& names) {
  std::vector<ValueId> ids;
  for (const auto& name : names) ids.push_back(model.named_value(name));
  return ids;
}

at::Tensor one_stage_loss(const UnitGraph& model, Pass& pass, const DetectionSample& sample) {
  const auto wanted = named_values(model, {"class_logits", "box_deltas", "anchors"});
  const auto inputs = on_device(sample.inputs, model.device());
  const auto values = on_cpu(model.compute(wanted, model.inputs(), inputs, pass));
  return retinanet_loss(values[0], values[1], values[2][0], sample.targets).sum();
}

/// Labels of the second stage count from 0, without the background.
std::vector<DetectionTargets> without_background(std::vector<DetectionTargets> targets) {
  for (auto& image : targets) image.labels = image.labels - 1;
  return targets;
}

/// Of the regions, seen on these images and pooled maps.
at::Tensor second_stage_loss(const UnitGraph& model, Pass& pass, const at::Tensor& images,
                             const Tensors& maps, const RoiSamples& regions) {
  const auto padded = padded_regions(regions.rois, images.size(0));
  auto given = pooled_maps(model);
  given.insert(given.end(), {model.inputs()[0], model.named_value("proposals")});
  Tensors tensors = maps;
  tensors.insert(tensors.end(), {images, padded.proposals.to(images.device())});
  const auto wanted = named_values(model, {"class_logits", "box_deltas"});
  const auto values = on_cpu(model.compute(wanted, given, tensors, pass));
  const auto of_regions = [&](const at::Tensor& value) {
    return value.flatten(0, 1).index_select(0, padded.places);
  };
  return roi_loss(of_regions(values[0]), of_regions(values[1]), regions).sum();
}

at::Tensor two_stage_loss(const UnitGraph& model, Pass& pass, const DetectionSample& sample,
                          const SampleKey& key) {
  auto wanted = pooled_maps(model);
  const auto levels = static_cast<std::ptrdiff_t>(wanted.size());
  for (const ValueId id :
       named_values(model, {"objectness", "anchor_deltas", "anchors", "proposals"}))
    wanted.push_back(id);
  const auto inputs = on_device(sample.inputs, model.device());
  const auto values = model.compute(wanted, model.inputs(), inputs, pass);
  const Tensors maps(values.begin(), values.begin() + levels);
  const auto stage = on_cpu({values.begin() + levels, values.end()});
  const auto loss = rpn_loss(stage[0].squeeze(2), stage[1], stage[2][0], sample.targets, key).sum();
  const auto regions = sample_rois(stage[3].unbind(0), without_background(sample.targets), key);
  return loss + second_stage_loss(model, pass, inputs[0], maps, regions);
}

}  // namespace

at::Tensor detection_loss(const UnitGraph& model, Pass& pass, const DetectionSample& sample,
                          const SampleKey& key) {
  return has_two_stages(model) ? two_stage_loss(model, pass, sample, key)
                               : one_stage_loss(model, pass, sample);
}

}  // namespace ptqbench
