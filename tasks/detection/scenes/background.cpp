#include "tasks/detection/scenes/background.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "tasks/detection/scenes/color.h"

namespace ptqbench {
namespace {

constexpr int kDarkest = 10;
constexpr int kBrightest = 150;

uint8_t to_byte(int value) { return static_cast<uint8_t>(std::clamp(value, 0, 255)); }

/// In steps of 1/256 from `a` to `b`.
int mixed(int a, int b, int step) { return a + (b - a) * step / 256; }

/// Brightness that changes slowly: random values on a grid, with straight ones between.
class SoftSpots {
 public:
  static constexpr int kCell = 16;

  SoftSpots(int side, SceneDraws& draws) : columns_(side / kCell + 2) {
    for (int i = 0; i < columns_ * columns_; ++i) values_.push_back(draws.between(-30, 30));
  }

  int at(int x, int y) const {
    const int column = x / kCell;
    const int row = y / kCell;
    const int across = x % kCell * (256 / kCell);
    const int down = y % kCell * (256 / kCell);
    return mixed(mixed(value(column, row), value(column + 1, row), across),
                 mixed(value(column, row + 1), value(column + 1, row + 1), across), down);
  }

 private:
  int value(int column, int row) const {
    return values_[static_cast<size_t>(row * columns_ + column)];
  }

  int columns_;
  std::vector<int> values_;
};

void paint_gradient(Image& image, SceneDraws& draws) {
  const Color from = draw_color(draws, kDarkest, kBrightest);
  const Color to = draw_color(draws, kDarkest, kBrightest);
  // The direction: how much of the way goes across and how much down.
  const int across = draws.between(0, 256);
  const bool leftwards = draws.between(0, 1) == 1;
  const SoftSpots spots(image.width, draws);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const int along = leftwards ? image.width - 1 - x : x;
      const int step = (along * across + y * (256 - across)) / image.width;
      const int spot = spots.at(x, y);
      uint8_t* pixel = pixel_at(image, x, y);
      for (size_t c = 0; c < 3; ++c) pixel[c] = to_byte(mixed(from[c], to[c], step) + spot);
    }
  }
}

/// Lays a color over the pixels for which `inside` holds.
void fill(Image& image, const Color& color, int opacity,
          const std::function<bool(int x, int y)>& inside) {
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      if (!inside(x, y)) continue;
      uint8_t* pixel = pixel_at(image, x, y);
      for (size_t c = 0; c < 3; ++c) pixel[c] = to_byte(mixed(pixel[c], color[c], opacity));
    }
  }
}

/// An upright rectangle or ellipse, partly transparent.
void paint_shape(Image& image, SceneDraws& draws) {
  const int x = draws.between(0, image.width - 1);
  const int y = draws.between(0, image.height - 1);
  const int width = draws.between(4, image.width / 4);
  const int height = draws.between(4, image.height / 4);
  const bool round = draws.between(0, 1) == 1;
  const Color color = draw_color(draws, kDarkest, kBrightest + 50);
  fill(image, color, draws.between(80, 200), [=](int px, int py) {
    const int dx = std::abs(px - x);
    const int dy = std::abs(py - y);
    if (!round) return dx <= width && dy <= height;
    return dx * dx * height * height + dy * dy * width * width <= width * width * height * height;
  });
}

void paint_line(Image& image, SceneDraws& draws) {
  const int x = draws.between(0, image.width - 1);
  const int y = draws.between(0, image.height - 1);
  const int dx = draws.between(0, image.width - 1) - x;
  const int dy = draws.between(0, image.height - 1) - y;
  // Half of it, in quarters of a pixel.
  const int thickness = draws.between(2, 6);
  const Color color = draw_color(draws, kDarkest, 255);
  const int length = dx * dx + dy * dy;
  fill(image, color, draws.between(120, 256), [=](int px, int py) {
    const int along = (px - x) * dx + (py - y) * dy;
    const int beside = (px - x) * dy - (py - y) * dx;
    return along >= 0 && along <= length &&
           16 * int64_t{beside} * beside <= int64_t{thickness} * thickness * length;
  });
}

/// A square piece of a picture, too little to tell what it shows.
void paint_patch(Image& image, const RawImages& pictures, SceneDraws& draws) {
  const int piece = draws.between(6, 10);
  const int size = draws.between(6, 20);
  const auto picture =
      static_cast<size_t>(draws.between(0, static_cast<int>(pictures.labels.size()) - 1));
  const int from_x = draws.between(4, pictures.width - 4 - piece);
  const int from_y = draws.between(4, pictures.height - 4 - piece);
  const int to_x = draws.between(0, image.width - size);
  const int to_y = draws.between(0, image.height - size);
  const Color color = draw_color(draws, 90, 255);
  const uint8_t* source = pictures.pixels.data() + picture * static_cast<size_t>(pictures.width) *
                                                       static_cast<size_t>(pictures.height);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const int row = from_y + y * piece / size;
      const int grey = source[row * pictures.width + from_x + x * piece / size];
      uint8_t* pixel = pixel_at(image, to_x + x, to_y + y);
      for (size_t c = 0; c < 3; ++c) pixel[c] = to_byte(color[c] * grey / 255);
    }
  }
}

}  // namespace

Image paint_background(int side, const RawImages& pictures, SceneDraws draws) {
  Image image;
  image.width = side;
  image.height = side;
  image.rgb.resize(static_cast<size_t>(side) * static_cast<size_t>(side) * 3);
  paint_gradient(image, draws);
  for (int left = draws.between(0, 3); left > 0; --left) paint_shape(image, draws);
  for (int left = draws.between(0, 4); left > 0; --left) paint_line(image, draws);
  for (int left = draws.between(0, 3); left > 0; --left) paint_patch(image, pictures, draws);
  return image;
}

void add_noise(Image& image, SceneDraws draws) {
  constexpr int kMost = 8;
  std::array<uint32_t, 4> bits = {};
  for (size_t i = 0; i < image.rgb.size(); ++i) {
    // A byte of random bits for each value.
    if (i % 16 == 0) bits = draws.bits();
    const auto byte = static_cast<int>(bits[i % 16 / 4] >> (i % 4 * 8) & 0xFF);
    image.rgb[i] = to_byte(image.rgb[i] + byte * (2 * kMost + 1) / 256 - kMost);
  }
}

}  // namespace ptqbench
