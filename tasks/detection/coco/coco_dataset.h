#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "tasks/detection/coco/detection_dataset.h"

namespace ptqbench {

/// Images in a folder with a file of annotations in COCO's format. Labels are the categories in
/// ascending order of their ids, which need not be contiguous.
class CocoDataset final : public DetectionDataset {
 public:
  /// `category_offset` is added to the ids of categories. Images of which the annotations say no
  /// size have that of their file's header. Throws IoError when the annotations are not as
  /// read_coco_annotations expects, or have no images or no categories, or when `images` is not a
  /// folder.
  CocoDataset(const std::filesystem::path& annotations, const std::filesystem::path& images,
              int64_t category_offset = 0);

  int64_t size() const override { return static_cast<int64_t>(images_.size()); }
  const std::vector<CocoCategory>& categories() const override { return categories_; }
  CocoImage image_facts(int64_t index) const override;
  /// An image whose sides are those of the annotations swapped, and whose Exif orientation says so,
  /// is turned. Throws DataError also when the image has not the annotated size.
  Image image(int64_t index) const override;
  std::vector<DetectionObject> objects(int64_t index) const override;
  /// Of the annotations' content and the images' names and sizes in bytes.
  std::string content_key() const override;
  std::vector<std::string> notes() const override;

 private:
  void take_sizes();
  void take_objects(const std::vector<CocoObject>& objects);

  std::filesystem::path annotations_;
  std::filesystem::path folder_;
  std::vector<CocoImage> images_;
  std::vector<CocoCategory> categories_;
  /// By image.
  std::vector<std::vector<DetectionObject>> objects_;
  std::vector<std::string> notes_;
  /// Images that had to be turned, by index.
  struct Turned {
    std::mutex mutex;
    std::set<int64_t> images;
  };
  std::unique_ptr<Turned> turned_ = std::make_unique<Turned>();
};

}  // namespace ptqbench
