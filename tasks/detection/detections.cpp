#include "tasks/detection/detections.h"

#include <torch/types.h>

#include <algorithm>

#include "tasks/detection/boxes.h"
#include "tasks/detection/coders.h"
#include "tasks/detection/nms.h"

namespace ptqbench {
namespace {

/// Boxes of two-stage detectors whose sides are shorter are dropped.
constexpr double kSmallestSide = 1e-2;

/// Ids of the `count` largest, ties in their order.
at::Tensor largest(const at::Tensor& values, int64_t count) {
  const auto order = std::get<1>(values.sort(/*stable=*/true, /*dim=*/0, /*descending=*/true));
  return order.slice(0, 0, std::min(count, order.size(0)));
}

Detections select(const Detections& all, const at::Tensor& ids) {
  return {all.boxes.index_select(0, ids), all.scores.index_select(0, ids),
          all.labels.index_select(0, ids)};
}

Detections suppressed(const Detections& all, const DetectionOptions& options) {
  const auto ids = class_wise_nms(all.boxes, all.scores, all.labels, options.iou_threshold);
  return select(all, ids.slice(0, 0, options.most));
}

/// The candidates of one level: pairs of an anchor and a class.
Detections level_candidates(const at::Tensor& logits, const at::Tensor& deltas,
                            const at::Tensor& anchors, const DetectionOptions& options) {
  const int64_t classes = logits.size(1);
  const auto probabilities = at::sigmoid(logits).flatten();
  const auto above = (probabilities > options.score_threshold).nonzero().squeeze(1);
  const auto scores = probabilities.index_select(0, above);
  const auto best = largest(scores, options.most_of_level);
  const auto pairs = above.index_select(0, best);
  const auto anchor = at::floor_divide(pairs, classes);
  return {kAnchorCoder.decode(deltas.index_select(0, anchor), anchors.index_select(0, anchor)),
          scores.index_select(0, best), at::remainder(pairs, classes)};
}

}  // namespace

Detections detections_at_anchors(const at::Tensor& logits, const at::Tensor& deltas,
                                 const at::Tensor& anchors,
                                 const std::vector<int64_t>& level_counts, ImageSize image,
                                 const DetectionOptions& options) {
  std::vector<at::Tensor> boxes, scores, labels;
  int64_t first = 0;
  for (const int64_t count : level_counts) {
    const int64_t last = first + count;
    const auto found = level_candidates(logits.slice(0, first, last), deltas.slice(0, first, last),
                                        anchors.slice(0, first, last), options);
    boxes.push_back(found.boxes);
    scores.push_back(found.scores);
    labels.push_back(found.labels);
    first = last;
  }
  return suppressed({clip_boxes(at::cat(boxes), image), at::cat(scores), at::cat(labels)}, options);
}

Detections detections_at_proposals(const at::Tensor& logits, const at::Tensor& deltas,
                                   const at::Tensor& proposals, ImageSize image,
                                   const DetectionOptions& options) {
  const int64_t classes = logits.size(1);
  const auto probabilities = at::softmax(logits, 1).slice(1, 1);
  const auto boxes =
      clip_boxes(kRoiCoder.decode(deltas, proposals).reshape({-1, classes, 4}).slice(1, 1), image);
  const auto labels = at::arange(1, classes).expand_as(probabilities);
  const Detections all{boxes.reshape({-1, 4}), probabilities.flatten(), labels.flatten()};
  const auto confident = select(all, (all.scores > options.score_threshold).nonzero().squeeze(1));
  return suppressed(select(confident, large_enough(confident.boxes, kSmallestSide)), options);
}

std::vector<at::Tensor> padded_batch(const std::vector<Detections>& images, int64_t count) {
  const auto size = static_cast<int64_t>(images.size());
  const auto boxes = at::zeros({size, count, 4});
  const auto scores = at::zeros({size, count});
  const auto labels = at::zeros({size, count}, at::kLong);
  for (int64_t i = 0; i < size; ++i) {
    const auto& found = images[static_cast<size_t>(i)];
    const int64_t filled = found.scores.size(0);
    boxes[i].slice(0, 0, filled).copy_(found.boxes);
    scores[i].slice(0, 0, filled).copy_(found.scores);
    labels[i].slice(0, 0, filled).copy_(found.labels);
  }
  return {boxes, scores, labels};
}

Detections unpadded(const at::Tensor& boxes, const at::Tensor& scores, const at::Tensor& labels) {
  return select({boxes, scores, labels}, labels.nonzero().squeeze(1));
}

}  // namespace ptqbench
