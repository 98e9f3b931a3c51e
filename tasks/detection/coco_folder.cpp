#include "tasks/detection/coco_folder.h"

#include <fmt/format.h>

#include "methods/support/error.h"
#include "tasks/data/png_writer.h"

namespace ptqbench {

void write_coco_folder(const DetectionDataset& dataset, int64_t images,
                       const std::filesystem::path& folder) {
  const auto annotations = folder / "annotations.json";
  std::error_code error;
  if (std::filesystem::exists(annotations, error)) {
    throw IoError(
        fmt::format("'{}' is there already; expected a folder without it", annotations.string()));
  }
  std::filesystem::create_directories(folder / "images", error);
  if (error) {
    throw IoError(fmt::format("cannot make the folder '{}': {}", (folder / "images").string(),
                              error.message()));
  }
  for (int64_t i = 0; i < images; ++i)
    write_png(folder / "images" / dataset.image_facts(i).file_name, dataset.image(i));
  write_coco_annotations(annotations, coco_annotations(dataset, images));
}

}  // namespace ptqbench
