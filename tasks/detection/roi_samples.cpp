#include "tasks/detection/roi_samples.h"

#include <torch/types.h>

#include "tasks/detection/boxes.h"
#include "tasks/detection/matching.h"

namespace ptqbench {
namespace {

constexpr MatchOptions kMatch = {0.5, 0.5, false};
constexpr BalancedSampleOptions kSample = {512, 0.25};

/// Of one image.
RoiSamples sample_image(const at::Tensor& proposals, const DetectionTargets& targets,
                        const SampleKey& key) {
  const at::Tensor boxes = at::cat({proposals.detach(), targets.boxes});
  const at::Tensor matches = match(box_iou(targets.boxes, boxes), kMatch);
  const BalancedSample sample = balanced_sample(matches, kSample, "rois", key);
  const at::Tensor with_object = boxes.index_select(0, sample.objects);
  const at::Tensor objects = matches.index_select(0, sample.objects);
  const int64_t background = sample.background.size(0);

  RoiSamples samples;
  samples.classes = at::cat({targets.labels.index_select(0, objects) + 1,
                             at::zeros({background}, targets.labels.options())});
  samples.deltas = at::cat({kRoiCoder.encode(targets.boxes.index_select(0, objects), with_object),
                            at::zeros({background, 4}, boxes.options())});
  const at::Tensor chosen = at::cat({with_object, boxes.index_select(0, sample.background)});
  samples.rois = at::cat({at::full({chosen.size(0), 1}, key.image, chosen.options()), chosen}, 1);
  return samples;
}

}  // namespace

RoiSamples sample_rois(const std::vector<at::Tensor>& proposals,
                       const std::vector<DetectionTargets>& targets, const SampleKey& key) {
  std::vector<at::Tensor> rois;
  std::vector<at::Tensor> classes;
  std::vector<at::Tensor> deltas;
  for (size_t i = 0; i < proposals.size(); ++i) {
    const SampleKey image = {key.seed, key.step, static_cast<int64_t>(i)};
    const RoiSamples samples = sample_image(proposals[i], targets.at(i), image);
    rois.push_back(samples.rois);
    classes.push_back(samples.classes);
    deltas.push_back(samples.deltas);
  }
  return {at::cat(rois), at::cat(classes), at::cat(deltas)};
}

}  // namespace ptqbench
