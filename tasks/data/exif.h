#pragma once

#include <cstdint>
#include <vector>

#include "tasks/data/image.h"

namespace ptqbench {

/// The orientation (1 to 8) that an Exif block asks for: a TIFF header and its first directory
/// (CIPA DC-008, tag 0x0112). 1, as it stands, where the block is malformed or does not say.
int exif_orientation(const std::vector<uint8_t>& block);

/// Whether a picture of this orientation is shown with its sides swapped.
bool swaps_sides(int orientation);

/// The picture as a viewer shows it, as Pillow's ImageOps.exif_transpose: mirrored, turned or both.
Image turned(const Image& image, int orientation);

}  // namespace ptqbench
