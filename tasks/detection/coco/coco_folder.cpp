#include "tasks/detection/coco/coco_folder.h"

#include <fmt/format.h>

#include "support/error.h"
#include "tasks/data/png_writer.h"

namespace ptqbench {

std::filesystem::path coco_annotations_file(const std::filesystem::path& root,
                                            const std::string& split) {
  return root / "annotations" / ("instances_" + split + ".json");
}

std::filesystem::path coco_image_folder(const std::filesystem::path& root,
                                        const std::string& split) {
  return root / split;
}

void write_coco_folder(const DetectionDataset& dataset, int64_t images,
                       const std::filesystem::path& root, const std::string& split) {
  const auto annotations = coco_annotations_file(root, split);
  const auto pictures = coco_image_folder(root, split);
  std::error_code error;
  if (std::filesystem::exists(annotations, error)) {
    throw IoError(
        fmt::format("'{}' is there already; expected a folder without it", annotations.string()));
  }
  for (const auto& folder : {annotations.parent_path(), pictures}) {
    std::filesystem::create_directories(folder, error);
    if (error) {
      throw IoError(
          fmt::format("cannot make the folder '{}': {}", folder.string(), error.message()));
    }
  }
  for (int64_t i = 0; i < images; ++i)
    write_png(pictures / dataset.image_facts(i).file_name, dataset.image(i));
  write_coco_annotations(annotations, coco_annotations(dataset, images));
}

}  // namespace ptqbench
