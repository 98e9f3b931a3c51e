#include "tasks/detection/losses.h"

#include <torch/types.h>

#include <algorithm>

#include "tasks/detection/boxes.h"
#include "tasks/detection/coders.h"
#include "tasks/detection/matching.h"

namespace ptqbench {
namespace {

constexpr MatchOptions kRetinaNetMatch = {0.5, 0.4, true};
constexpr MatchOptions kRpnMatch = {0.7, 0.3, true};
constexpr BalancedSampleOptions kRpnSample = {256, 0.5};
/// Where Faster R-CNN's errors of deltas turn from squares to absolute values.
constexpr double kBeta = 1.0 / 9;

at::Tensor summed_error(const at::Tensor& deltas, const at::Tensor& expected, double beta) {
  return at::smooth_l1_loss(deltas, expected, at::Reduction::Sum, beta);
}

/// Deltas from the anchors `ids` to the objects that they belong to.
at::Tensor expected_deltas(const at::Tensor& anchors, const at::Tensor& ids,
                           const at::Tensor& matches, const DetectionTargets& targets) {
  const at::Tensor objects = targets.boxes.index_select(0, matches.index_select(0, ids));
  return kAnchorCoder.encode(objects, anchors.index_select(0, ids));
}

/// Of one image: `logits` [A, classes], `deltas` [A, 4].
DetectionLoss retinanet_image_loss(const at::Tensor& logits, const at::Tensor& deltas,
                                   const at::Tensor& anchors, const DetectionTargets& targets,
                                   double beta) {
  const at::Tensor matches = match(box_iou(targets.boxes, anchors), kRetinaNetMatch);
  const at::Tensor objects = (matches >= 0).nonzero().squeeze(1);
  const at::Tensor labels = targets.labels.index_select(0, matches.index_select(0, objects));
  const at::Tensor expected = at::zeros_like(logits).index_put_(
      {objects, labels}, at::ones({objects.size(0)}, logits.options()));
  const at::Tensor counting =
      (matches != static_cast<int64_t>(NoMatch::kBetween)).nonzero().squeeze(1);
  const auto count = static_cast<double>(std::max<int64_t>(1, objects.size(0)));
  return {sigmoid_focal_loss(logits.index_select(0, counting), expected.index_select(0, counting)) /
              count,
          summed_error(deltas.index_select(0, objects),
                       expected_deltas(anchors, objects, matches, targets), beta) /
              count};
}

at::Tensor mean_of(const std::vector<at::Tensor>& values) { return at::stack(values).mean(); }

}  // namespace

at::Tensor DetectionLoss::sum() const { return classes + boxes; }

at::Tensor sigmoid_focal_loss(const at::Tensor& logits, const at::Tensor& targets, double alpha,
                              double gamma) {
  const at::Tensor probability = logits.sigmoid();
  const at::Tensor wrong = probability * (1 - targets) + (1 - probability) * targets;
  const at::Tensor entropy =
      at::binary_cross_entropy_with_logits(logits, targets, {}, {}, at::Reduction::None);
  const at::Tensor weight = alpha * targets + (1 - alpha) * (1 - targets);
  return (weight * wrong.pow(gamma) * entropy).sum();
}

DetectionLoss retinanet_loss(const at::Tensor& logits, const at::Tensor& deltas,
                             const at::Tensor& anchors,
                             const std::vector<DetectionTargets>& targets, double beta) {
  std::vector<at::Tensor> classes;
  std::vector<at::Tensor> boxes;
  for (size_t i = 0; i < targets.size(); ++i) {
    const auto image = static_cast<int64_t>(i);
    const DetectionLoss loss =
        retinanet_image_loss(logits[image], deltas[image], anchors, targets[i], beta);
    classes.push_back(loss.classes);
    boxes.push_back(loss.boxes);
  }
  return {mean_of(classes), mean_of(boxes)};
}

DetectionLoss rpn_loss(const at::Tensor& objectness, const at::Tensor& deltas,
                       const at::Tensor& anchors, const std::vector<DetectionTargets>& targets,
                       const SampleKey& key) {
  std::vector<at::Tensor> logits;
  std::vector<at::Tensor> expected;
  std::vector<at::Tensor> errors;
  for (size_t i = 0; i < targets.size(); ++i) {
    const auto image = static_cast<int64_t>(i);
    const at::Tensor matches = match(box_iou(targets[i].boxes, anchors), kRpnMatch);
    const BalancedSample sample =
        balanced_sample(matches, kRpnSample, "anchors", {key.seed, key.step, image});
    for (const at::Tensor& ids : {sample.objects, sample.background})
      logits.push_back(objectness[image].index_select(0, ids));
    expected.push_back(at::ones({sample.objects.size(0)}, objectness.options()));
    expected.push_back(at::zeros({sample.background.size(0)}, objectness.options()));
    errors.push_back(summed_error(deltas[image].index_select(0, sample.objects),
                                  expected_deltas(anchors, sample.objects, matches, targets[i]),
                                  kBeta));
  }
  const at::Tensor all = at::cat(logits);
  return {at::binary_cross_entropy_with_logits(all, at::cat(expected)),
          at::stack(errors).sum() / static_cast<double>(all.size(0))};
}

DetectionLoss roi_loss(const at::Tensor& logits, const at::Tensor& deltas,
                       const RoiSamples& samples) {
  const at::Tensor objects = (samples.classes > 0).nonzero().squeeze(1);
  const at::Tensor classes = samples.classes.index_select(0, objects);
  const at::Tensor of_class =
      deltas.view({deltas.size(0), deltas.size(1) / 4, 4}).index({objects, classes});
  const auto count = static_cast<double>(std::max<int64_t>(1, samples.classes.size(0)));
  return {at::cross_entropy_loss(logits, samples.classes),
          summed_error(of_class, samples.deltas.index_select(0, objects), kBeta) / count};
}

}  // namespace ptqbench
