#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tasks/detection/coco/image_size.h"

/// What COCO's files of annotated objects and of detections hold. Source: Lin et al., Microsoft
/// COCO: Common Objects in Context, arXiv:1405.0312, and https://cocodataset.org/#format-data.
namespace ptqbench {

/// The upper left corner and the size, in pixels.
struct CocoBox {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;

  bool operator==(const CocoBox& other) const {
    return x == other.x && y == other.y && width == other.width && height == other.height;
  }
};

struct CocoImage {
  int64_t id = 0;
  /// Below the folder of images.
  std::string file_name;
  ImageSize size;
};

struct CocoCategory {
  int64_t id = 0;
  std::string name;
};

struct CocoObject {
  int64_t id = 0;
  int64_t image_id = 0;
  int64_t category_id = 0;
  CocoBox box;
  /// Pixels that belong to it; they decide whether it counts as small, medium or large.
  double area = 0;
  /// A region with many objects that are not told apart.
  bool crowd = false;
};

struct CocoAnnotations {
  std::vector<CocoImage> images;
  std::vector<CocoCategory> categories;
  std::vector<CocoObject> objects;
};

struct CocoDetection {
  int64_t image_id = 0;
  int64_t category_id = 0;
  CocoBox box;
  double score = 0;
};

/// Reads `images`, `categories` and `annotations`; images without objects, boxes without area and
/// boxes outside of their image may be among them. Throws IoError naming the file, the element and
/// what is wrong: members that are missing or of another type, an id twice, an object of an image
/// or category that is not there, a box with a negative size.
CocoAnnotations read_coco_annotations(const std::filesystem::path& path);

/// Writes what read_coco_annotations reads to equal values. Throws IoError.
void write_coco_annotations(const std::filesystem::path& path, const CocoAnnotations& annotations);

/// Reads a list of {image_id, category_id, bbox, score}. Throws IoError as above, also for an image
/// or category that is not among `annotations`.
std::vector<CocoDetection> read_coco_detections(const std::filesystem::path& path,
                                                const CocoAnnotations& annotations);

/// Writes what read_coco_detections reads to equal values, and what COCO's evaluation server takes.
/// Throws IoError.
void write_coco_detections(const std::filesystem::path& path,
                           const std::vector<CocoDetection>& detections);

}  // namespace ptqbench
