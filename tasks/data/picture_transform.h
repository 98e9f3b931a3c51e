#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tasks/data/dataset.h"
#include "tasks/data/image.h"
#include "tasks/data/resize.h"

namespace ptqbench {

/// What becomes of a decoded picture before it is normalised: resizing, then a centre crop.
struct PictureTransform {
  /// Length of the shorter side, 0: as it is.
  int64_t shorter_side = 0;
  /// Instead of that: both sides, whatever the picture's.
  std::optional<PictureSides> squash;
  ResizeFilter filter;
  /// Side of the middle square, 0: the whole picture.
  int64_t crop = 0;

  /// Throws DataError where a side becomes absurd.
  Image operator()(const Image& image) const;
  /// Of every result; none where it depends on the picture.
  std::optional<PictureSides> sides() const;
  /// The same text for transforms that do the same.
  std::string text() const;
};

/// The transform that the options describe. Throws ConfigError where they contradict each other:
/// two sizes, a fraction without a crop, or Lanczos' filter without antialiasing, for which nobody
/// has a rule.
PictureTransform picture_transform(const DatasetOptions& options);

}  // namespace ptqbench
