#include "tasks/detection/scenes/cutout.h"

#include <algorithm>
#include <utility>

#include "tasks/data/resize.h"

namespace ptqbench {
namespace {

/// Pictures of light items on white, negated, have no more than this between item and background.
constexpr uint8_t kDarkest = 8;

/// Black parts of an item stay a little brighter than nothing.
constexpr int kLeastShade = 48;

uint8_t shade_of(uint8_t grey) {
  return static_cast<uint8_t>(kLeastShade + grey * (255 - kLeastShade) / 255);
}

/// [side, side]: whether a pixel is background.
std::vector<bool> background_of(const uint8_t* pixels, int side) {
  std::vector<bool> background(static_cast<size_t>(side) * static_cast<size_t>(side));
  std::vector<std::pair<int, int>> frontier;
  const auto visit = [&](int x, int y) {
    if (x < 0 || y < 0 || x >= side || y >= side) return;
    const size_t position = static_cast<size_t>(y * side + x);
    if (background[position] || pixels[position] >= kDarkest) return;
    background[position] = true;
    frontier.emplace_back(x, y);
  };
  for (int i = 0; i < side; ++i) {
    visit(i, 0);
    visit(i, side - 1);
    visit(0, i);
    visit(side - 1, i);
  }
  while (!frontier.empty()) {
    const auto [x, y] = frontier.back();
    frontier.pop_back();
    visit(x - 1, y);
    visit(x + 1, y);
    visit(x, y - 1);
    visit(x, y + 1);
  }
  return background;
}

}  // namespace

Cutout cut_out(const uint8_t* pixels, int side) {
  const auto background = background_of(pixels, side);
  const auto is_item = [&](int x, int y) { return !background[static_cast<size_t>(y * side + x)]; };
  int left = side;
  int top = side;
  int right = 0;
  int bottom = 0;
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      if (!is_item(x, y)) continue;
      left = std::min(left, x);
      right = std::max(right, x + 1);
      top = std::min(top, y);
      bottom = std::max(bottom, y + 1);
    }
  }
  Cutout cutout;
  if (right <= left) return cutout;
  cutout.width = right - left;
  cutout.height = bottom - top;
  for (int y = top; y < bottom; ++y) {
    for (int x = left; x < right; ++x) {
      cutout.opacity.push_back(is_item(x, y) ? 255 : 0);
      cutout.shade.push_back(is_item(x, y) ? shade_of(pixels[y * side + x]) : uint8_t{0});
    }
  }
  return cutout;
}

Cutout mirrored(const Cutout& cutout) {
  Cutout result = cutout;
  for (auto* values : {&result.shade, &result.opacity}) {
    for (auto row = values->begin(); row != values->end(); row += cutout.width)
      std::reverse(row, row + cutout.width);
  }
  return result;
}

Cutout resized(const Cutout& cutout, int width, int height) {
  // Both go through the resizing of pictures, as two of their channels.
  Image image;
  image.width = cutout.width;
  image.height = cutout.height;
  for (size_t i = 0; i < cutout.shade.size(); ++i)
    image.rgb.insert(image.rgb.end(), {cutout.shade[i], cutout.opacity[i], 0});
  image = resize_image(image, width, height);
  Cutout result;
  result.width = width;
  result.height = height;
  for (size_t i = 0; i < image.rgb.size(); i += 3) {
    result.shade.push_back(image.rgb[i]);
    result.opacity.push_back(image.rgb[i + 1]);
  }
  return result;
}

}  // namespace ptqbench
