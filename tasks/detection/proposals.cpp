#include "tasks/detection/proposals.h"

#include <torch/types.h>

#include <algorithm>

#include "tasks/detection/boxes.h"
#include "tasks/detection/coders.h"
#include "tasks/detection/nms.h"

namespace ptqbench {
namespace {

/// Ids of each level's anchors with the highest scores, and which level each is of.
struct Candidates {
  at::Tensor ids;
  at::Tensor levels;
};

Candidates best_of_levels(const at::Tensor& objectness, const std::vector<int64_t>& level_counts,
                          int64_t most) {
  std::vector<at::Tensor> ids, levels;
  int64_t first = 0;
  for (size_t level = 0; level < level_counts.size(); ++level) {
    const int64_t count = level_counts[level];
    const auto order = std::get<1>(objectness.slice(0, first, first + count)
                                       .sort(/*stable=*/true, /*dim=*/0, /*descending=*/true));
    ids.push_back(order.slice(0, 0, std::min(most, count)) + first);
    levels.push_back(at::full_like(ids.back(), static_cast<int64_t>(level)));
    first += count;
  }
  return {at::cat(ids), at::cat(levels)};
}

}  // namespace

at::Tensor propose(const at::Tensor& objectness, const at::Tensor& deltas,
                   const at::Tensor& anchors, const std::vector<int64_t>& level_counts,
                   ImageSize image, const ProposalOptions& options) {
  const auto [ids, levels] = best_of_levels(objectness, level_counts, options.most_of_level);
  const auto boxes = clip_boxes(
      kAnchorCoder.decode(deltas.index_select(0, ids), anchors.index_select(0, ids)), image);
  const auto large = large_enough(boxes, options.smallest_side);
  const auto kept = class_wise_nms(boxes.index_select(0, large),
                                   objectness.index_select(0, ids.index_select(0, large)),
                                   levels.index_select(0, large), options.iou_threshold);
  if (kept.size(0) == 0) {
    const auto whole =
        at::tensor({0.0, 0.0, static_cast<double>(image.width), static_cast<double>(image.height)},
                   boxes.options());
    return whole.expand({options.count, 4}).contiguous();
  }
  const auto again =
      at::remainder(at::arange(options.count), std::min(options.count, kept.size(0)));
  return boxes.index_select(0, large).index_select(0, kept).index_select(0, again);
}

}  // namespace ptqbench
