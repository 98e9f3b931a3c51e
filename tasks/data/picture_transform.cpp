#include "tasks/data/picture_transform.h"

#include <fmt/format.h>

#include <cmath>

#include "support/error.h"

namespace ptqbench {
namespace {

void check(const DatasetOptions& options) {
  const int sizes = (options.resize > 0 ? 1 : 0) + (options.squash.empty() ? 0 : 1) +
                    (options.crop_fraction > 0 ? 1 : 0);
  if (sizes > 1)
    throw ConfigError("a data set has one of resize, resize: [H, W] (squash) and crop_fraction");
  if (!options.squash.empty() && options.squash.size() != 2)
    throw ConfigError("squash of a data set is a height and a width, [H, W]");
  for (const double side : options.squash) {
    if (side < 1 || side != std::floor(side))
      throw ConfigError("the sides of squash of a data set are whole numbers of pixels");
  }
  if (options.crop_fraction > 0 && options.crop == 0)
    throw ConfigError("crop_fraction of a data set needs crop");
  if (options.interpolation == "lanczos" && !options.antialias)
    throw ConfigError("interpolation lanczos of a data set needs antialias");
}

}  // namespace

Image PictureTransform::operator()(const Image& image) const {
  const Image* current = &image;
  Image resized;
  if (squash) {
    resized = resize_image(image, squash->width, squash->height, filter);
    current = &resized;
  } else if (shorter_side > 0) {
    resized = resize_shorter_side(image, shorter_side, filter);
    current = &resized;
  }
  return crop > 0 ? center_crop(*current, crop) : *current;
}

std::optional<PictureSides> PictureTransform::sides() const {
  if (crop > 0) return PictureSides{crop, crop};
  return squash;
}

std::string PictureTransform::text() const {
  const PictureSides both = squash.value_or(PictureSides());
  return fmt::format("shorter side {}, both sides {}x{}, {}{}, crop {}", shorter_side, both.height,
                     both.width, interpolation_names()[static_cast<size_t>(filter.interpolation)],
                     filter.antialias ? "" : " without antialiasing", crop);
}

PictureTransform picture_transform(const DatasetOptions& options) {
  check(options);
  PictureTransform transform;
  transform.shorter_side = options.resize;
  transform.crop = options.crop;
  transform.filter = {interpolation_from_name(options.interpolation), options.antialias};
  if (!options.squash.empty()) {
    transform.squash = PictureSides{static_cast<int64_t>(options.squash[0]),
                                    static_cast<int64_t>(options.squash[1])};
  }
  // As timm computes it: rounded down.
  if (options.crop_fraction > 0) {
    transform.shorter_side = static_cast<int64_t>(
        std::floor(static_cast<double>(options.crop) / options.crop_fraction));
  }
  return transform;
}

}  // namespace ptqbench
