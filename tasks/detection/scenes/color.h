#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "tasks/data/image.h"
#include "tasks/detection/scenes/scene_draws.h"

namespace ptqbench {

/// Red, green, blue.
using Color = std::array<int, 3>;

inline Color draw_color(SceneDraws& draws, int least, int most) {
  Color color;
  for (int& channel : color) channel = draws.between(least, most);
  return color;
}

inline uint8_t* pixel_at(Image& image, int x, int y) {
  return image.rgb.data() +
         3 * (static_cast<size_t>(y) * static_cast<size_t>(image.width) + static_cast<size_t>(x));
}

}  // namespace ptqbench
