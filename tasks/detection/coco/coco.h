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
  /// 0x0: the annotations do not say.
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
  /// What was put right or left out in reading, a sentence each with a count.
  std::vector<std::string> notes;
};

struct CocoDetection {
  int64_t image_id = 0;
  int64_t category_id = 0;
  CocoBox box;
  double score = 0;
};

/// Reads `images`, `categories` and `annotations`; images without objects, boxes without area and
/// boxes outside of their image may be among them. What decides nothing is put right and noted: ids
/// of objects that are missing or there twice (all are numbered anew from 1), an `area` that is
/// missing (it is the box's). Objects of images that are not listed are left out and noted. Numbers
/// may be written as 5.0, `iscrowd` as true or false; images may have no size.
///
/// Throws DataError naming the file, the element and what is wrong: members that are missing or of
/// another type, an id of an image or category twice, an object of a category that is not there, a
/// box with a negative size. With `problems` such elements are noted there, a sentence each, and
/// left out; then only a file that is no JSON throws.
CocoAnnotations read_coco_annotations(const std::filesystem::path& path,
                                      std::vector<std::string>* problems = nullptr);

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
