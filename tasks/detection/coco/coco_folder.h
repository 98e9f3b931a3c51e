#pragma once

#include <filesystem>
#include <string>

#include "tasks/detection/coco/detection_dataset.h"

namespace ptqbench {

/// The layout of COCO's own releases: the annotations of a split, and the folder of its images.
std::filesystem::path coco_annotations_file(const std::filesystem::path& root,
                                            const std::string& split);
std::filesystem::path coco_image_folder(const std::filesystem::path& root,
                                        const std::string& split);

/// Writes the first `images` of a data set, as PNG files, as a split of the COCO folder `root`,
/// which CocoDataset reads to equal images and objects. The annotations come last, so a split with
/// them is complete. Throws IoError when it cannot be written or is there already.
void write_coco_folder(const DetectionDataset& dataset, int64_t images,
                       const std::filesystem::path& root, const std::string& split);

}  // namespace ptqbench
