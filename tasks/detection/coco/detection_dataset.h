#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tasks/data/image.h"
#include "tasks/detection/coco/coco.h"
#include "tasks/detection/coco/image_size.h"

namespace ptqbench {

/// An object in an image of a data set.
struct DetectionObject {
  int64_t id = 0;
  /// 0..categories - 1
  int64_t label = 0;
  /// As annotated: it may have no area or lie outside of the image.
  CocoBox box;
  double area = 0;
  bool crowd = false;
};

/// One split of images with boxes around their objects. Reading is thread-safe.
/// An index that is not in 0..size()-1 is a bug of the caller and throws std::out_of_range.
class DetectionDataset {
 public:
  virtual ~DetectionDataset() = default;

  virtual int64_t size() const = 0;
  /// By label; ids ascend.
  virtual const std::vector<CocoCategory>& categories() const = 0;
  /// The id, name and size of an image, without decoding it.
  virtual CocoImage image_facts(int64_t index) const = 0;
  /// Throws IoError naming the file of an image that cannot be decoded.
  virtual Image image(int64_t index) const = 0;
  virtual std::vector<DetectionObject> objects(int64_t index) const = 0;
  /// SHA-256 (hex) that tells this split's samples from others (see ImageDataset::content_key).
  virtual std::string content_key() const = 0;
  /// What was put right, left out or let pass up to now, a sentence each with a count.
  virtual std::vector<std::string> notes() const { return {}; }
};

/// What the first `images` of a data set hold, for evaluation and export.
CocoAnnotations coco_annotations(const DetectionDataset& dataset, int64_t images);

}  // namespace ptqbench
