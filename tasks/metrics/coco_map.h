#pragma once

#include <vector>

#include "tasks/detection/coco/coco.h"

namespace ptqbench {

/// COCO's twelve figures for boxes, from 0 to 1, or -1 where no object is there to be found: means
/// over categories and intersections over union of .50, .55, ..., .95 unless one is named.
struct CocoMap {
  /// Average precision at recalls of 0, .01, ..., 1, with 100 detections per image and category.
  double ap = -1;
  double ap50 = -1;
  double ap75 = -1;
  /// Of objects with areas up to 32^2, up to 96^2 and above.
  double ap_small = -1;
  double ap_medium = -1;
  double ap_large = -1;
  /// Recall with 1, 10 and 100 detections.
  double ar1 = -1;
  double ar10 = -1;
  double ar100 = -1;
  double ar_small = -1;
  double ar_medium = -1;
  double ar_large = -1;
  /// `ap` of each category, in ascending order of their ids.
  std::vector<double> category_ap;
};

/// What cocoapi's COCOeval finds: detections, best first, each take the object that fits best and
/// is free; those that fit crowds, or objects of another size alone, count neither for nor against.
/// Detections in images or of categories that are not among `truth` do not count.
CocoMap coco_map(const CocoAnnotations& truth, const std::vector<CocoDetection>& detections);

}  // namespace ptqbench
