#pragma once

#include <filesystem>

#include "tasks/detection/detection_dataset.h"

namespace ptqbench {

/// Writes the first `images` of a data set as `folder`/annotations.json and PNG files in
/// `folder`/images, which CocoDataset reads to equal images and objects. The annotations come last,
/// so a folder with them is complete. Throws IoError when it cannot be written or has annotations
/// already.
void write_coco_folder(const DetectionDataset& dataset, int64_t images,
                       const std::filesystem::path& folder);

}  // namespace ptqbench
