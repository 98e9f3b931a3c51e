#include "tasks/detection/nms.h"

#include <torch/types.h>

#include <algorithm>
#include <unordered_map>
#include <vector>

namespace ptqbench {
namespace {

struct Box {
  explicit Box(const float* edges)
      : x1(edges[0]), y1(edges[1]), x2(edges[2]), y2(edges[3]), area((x2 - x1) * (y2 - y1)) {}

  float x1, y1, x2, y2, area;
};

/// NaN, and so not above any threshold, for two boxes without area.
float overlap(const Box& a, const Box& b) {
  const float width = std::max(0.0F, std::min(a.x2, b.x2) - std::max(a.x1, b.x1));
  const float height = std::max(0.0F, std::min(a.y2, b.y2) - std::max(a.y1, b.y1));
  const float common = width * height;
  return common / (a.area + b.area - common);
}

}  // namespace

at::Tensor nms(const at::Tensor& boxes, const at::Tensor& scores, double iou_threshold) {
  return class_wise_nms(boxes, scores, at::zeros({boxes.size(0)}, at::kLong), iou_threshold);
}

at::Tensor class_wise_nms(const at::Tensor& boxes, const at::Tensor& scores,
                          const at::Tensor& classes, double iou_threshold) {
  // Each decision depends on those before it, so this is a loop, and of the CPU.
  const at::Tensor order =
      std::get<1>(scores.detach().cpu().sort(/*stable=*/true, /*dim=*/0, /*descending=*/true));
  const at::Tensor edges = boxes.detach().cpu().to(at::kFloat).contiguous();
  const at::Tensor labels = classes.cpu().contiguous();
  std::unordered_map<int64_t, std::vector<Box>> staying;
  std::vector<int64_t> ids;
  for (int64_t rank = 0; rank < order.size(0); ++rank) {
    const int64_t id = order.data_ptr<int64_t>()[rank];
    const Box box(edges.data_ptr<float>() + 4 * id);
    auto& rivals = staying[labels.data_ptr<int64_t>()[id]];
    const bool suppressed = std::any_of(rivals.begin(), rivals.end(), [&](const Box& rival) {
      return static_cast<double>(overlap(rival, box)) > iou_threshold;
    });
    if (suppressed) continue;
    rivals.push_back(box);
    ids.push_back(id);
  }
  return at::tensor(ids, at::kLong).to(boxes.device());
}

}  // namespace ptqbench
