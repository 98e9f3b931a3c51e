#include "tasks/detection/targets.h"

#include <torch/types.h>

#include <algorithm>

namespace ptqbench {

DetectionTargets training_targets(const std::vector<DetectionObject>& objects, ImageSize image) {
  const auto width = static_cast<double>(image.width);
  const auto height = static_cast<double>(image.height);
  std::vector<float> edges;
  std::vector<int64_t> labels;
  for (const DetectionObject& object : objects) {
    const CocoBox& box = object.box;
    const auto x1 = static_cast<float>(std::clamp(box.x, 0.0, width));
    const auto y1 = static_cast<float>(std::clamp(box.y, 0.0, height));
    const auto x2 = static_cast<float>(std::clamp(box.x + box.width, 0.0, width));
    const auto y2 = static_cast<float>(std::clamp(box.y + box.height, 0.0, height));
    if (object.crowd || x2 <= x1 || y2 <= y1) continue;
    edges.insert(edges.end(), {x1, y1, x2, y2});
    labels.push_back(object.label);
  }
  return {at::tensor(edges, at::kFloat).view({-1, 4}), at::tensor(labels, at::kLong)};
}

std::vector<CocoDetection> coco_detections(const DetectionDataset& dataset, int64_t index,
                                           const at::Tensor& boxes, const at::Tensor& labels,
                                           const at::Tensor& scores) {
  const int64_t image_id = dataset.image_facts(index).id;
  const at::Tensor edges = boxes.detach().to(at::kCPU, at::kDouble).contiguous();
  const at::Tensor score = scores.detach().to(at::kCPU, at::kDouble).contiguous();
  const at::Tensor label = labels.cpu().contiguous();
  std::vector<CocoDetection> detections;
  for (int64_t i = 0; i < edges.size(0); ++i) {
    const double* edge = edges.data_ptr<double>() + 4 * i;
    const auto category = static_cast<size_t>(label.data_ptr<int64_t>()[i]);
    detections.push_back({image_id,
                          dataset.categories().at(category).id,
                          {edge[0], edge[1], edge[2] - edge[0], edge[3] - edge[1]},
                          score.data_ptr<double>()[i]});
  }
  return detections;
}

}  // namespace ptqbench
