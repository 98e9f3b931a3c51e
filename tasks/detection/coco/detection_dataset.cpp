#include "tasks/detection/coco/detection_dataset.h"

namespace ptqbench {

CocoAnnotations coco_annotations(const DetectionDataset& dataset, int64_t images) {
  CocoAnnotations all;
  all.categories = dataset.categories();
  for (int64_t i = 0; i < images; ++i) {
    all.images.push_back(dataset.image_facts(i));
    for (const DetectionObject& object : dataset.objects(i)) {
      all.objects.push_back({object.id, all.images.back().id,
                             all.categories.at(static_cast<size_t>(object.label)).id, object.box,
                             object.area, object.crowd});
    }
  }
  return all;
}

}  // namespace ptqbench
