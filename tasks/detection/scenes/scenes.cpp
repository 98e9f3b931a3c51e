#include "tasks/detection/scenes/scenes.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "support/error.h"
#include "support/nearest_name.h"
#include "tasks/checkpoint/content_hash.h"
#include "tasks/detection/scenes/background.h"
#include "tasks/detection/scenes/color.h"
#include "tasks/detection/scenes/cutout.h"

namespace ptqbench {
namespace {

using Part = SceneDraws::Part;

/// To be changed with anything that changes what a scene looks like.
constexpr int kVersion = 1;

constexpr int kMostItems = 6;
constexpr int kLeastSize = 16;
constexpr int kMostSize = 64;
/// More than any item's number in its scene, so that ids are unique.
constexpr int64_t kIdsPerScene = 10;
/// In hundredths of an item's pixels.
constexpr int64_t kLeastVisible = 40;
/// Scenes of a data set have numbers of 32 bits.
constexpr int64_t kMaxScenes = 1000000;

/// Pixels of a scene.
using Mask = std::vector<bool>;

size_t position(int x, int y) { return static_cast<size_t>(y * kSceneSide + x); }

std::string checked_split(const std::string& split) {
  const std::vector<std::string> splits = {"train", "test"};
  if (std::find(splits.begin(), splits.end(), split) == splits.end()) {
    throw ConfigError(
        fmt::format("scenes have no split '{}'{}", split, valid_names_hint(split, splits)));
  }
  return split;
}

int64_t checked_count(int64_t count) {
  if (count < 1 || count > kMaxScenes)
    throw ConfigError(fmt::format("there can be 1 to {} scenes, not {}", kMaxScenes, count));
  return count;
}

}  // namespace

struct SceneDataset::Item {
  int64_t label = 0;
  Cutout cutout;
  /// Of the cutout's upper left corner.
  int x = 0;
  int y = 0;
  Color tint = {};
  /// What is visible.
  CocoBox box;
  int64_t pixels = 0;

  template <class Visit>
  void each_covered(const Visit& visit) const {
    for (int row = 0; row < cutout.height; ++row) {
      for (int column = 0; column < cutout.width; ++column) {
        if (cutout.covers(column, row)) visit(x + column, y + row);
      }
    }
  }

  /// Sets `box` and `pixels`, and says whether enough is visible; if so, hides what is behind it.
  bool appear(Mask& hidden) {
    int64_t all = 0;
    int left = kSceneSide;
    int top = kSceneSide;
    int right = 0;
    int bottom = 0;
    pixels = 0;
    each_covered([&](int px, int py) {
      ++all;
      if (hidden[position(px, py)]) return;
      ++pixels;
      left = std::min(left, px);
      right = std::max(right, px + 1);
      top = std::min(top, py);
      bottom = std::max(bottom, py + 1);
    });
    if (pixels == 0 || pixels * 100 < all * kLeastVisible) return false;
    each_covered([&](int px, int py) { hidden[position(px, py)] = true; });
    box = {static_cast<double>(left), static_cast<double>(top), static_cast<double>(right - left),
           static_cast<double>(bottom - top)};
    return true;
  }

  void paint(Image& image) const {
    for (int row = 0; row < cutout.height; ++row) {
      for (int column = 0; column < cutout.width; ++column) {
        const auto i = static_cast<size_t>(row * cutout.width + column);
        uint8_t* pixel = pixel_at(image, x + column, y + row);
        for (size_t c = 0; c < 3; ++c) {
          const int behind = pixel[c] * (255 - cutout.opacity[i]);
          pixel[c] = static_cast<uint8_t>((behind + tint[c] * cutout.shade[i]) / 255);
        }
      }
    }
  }
};

SceneDataset::SceneDataset(const SceneOptions& options)
    : pictures_(read_fashion_mnist(options.root, checked_split(options.split))),
      count_(checked_count(options.count)),
      stream_(fmt::format("scenes/{}/{}", options.split, options.seed)),
      key_(stream_key(options.seed, "scenes/" + options.split, RandomPurpose::kDataset)) {}

SceneDataset::~SceneDataset() = default;

const std::vector<CocoCategory>& SceneDataset::categories() const {
  static const std::vector<CocoCategory> all = {
      {1, "T-shirt/top"}, {2, "Trouser"}, {3, "Pullover"}, {4, "Dress"}, {5, "Coat"},
      {6, "Sandal"},      {7, "Shirt"},   {8, "Sneaker"},  {9, "Bag"},   {10, "Ankle boot"}};
  return all;
}

CocoImage SceneDataset::image_facts(int64_t index) const {
  if (index < 0 || index >= count_) throw std::out_of_range("SceneDataset: no such scene");
  return {index + 1, fmt::format("{:06}.png", index + 1), {kSceneSide, kSceneSide}};
}

SceneDataset::Item SceneDataset::draw_item(SceneDraws& draws) const {
  Item item;
  const size_t plane = static_cast<size_t>(pictures_.width) * static_cast<size_t>(pictures_.height);
  while (item.cutout.width == 0) {
    const auto picture =
        static_cast<size_t>(draws.between(0, static_cast<int>(pictures_.labels.size()) - 1));
    item.label = pictures_.labels[picture];
    item.cutout = cut_out(pictures_.pixels.data() + picture * plane, pictures_.width);
  }
  if (draws.between(0, 1) == 1) item.cutout = mirrored(item.cutout);
  // The smaller of two, as small things are more frequent than large ones.
  const int size =
      std::min(draws.between(kLeastSize, kMostSize), draws.between(kLeastSize, kMostSize));
  const int longer = std::max(item.cutout.width, item.cutout.height);
  const auto scaled = [&](int side) { return std::max(1, (side * size + longer / 2) / longer); };
  item.cutout = resized(item.cutout, scaled(item.cutout.width), scaled(item.cutout.height));
  item.x = draws.between(0, kSceneSide - item.cutout.width);
  item.y = draws.between(0, kSceneSide - item.cutout.height);
  item.tint = draw_color(draws, 110, 255);
  return item;
}

std::vector<SceneDataset::Item> SceneDataset::items(int64_t index) const {
  image_facts(index);  // Throws when out of range.
  SceneDraws draws(key_, index, Part::kItems);
  std::vector<Item> drawn(static_cast<size_t>(draws.between(1, kMostItems)));
  for (Item& item : drawn) item = draw_item(draws);
  // From the front to the back.
  Mask hidden(static_cast<size_t>(kSceneSide * kSceneSide));
  std::vector<Item> there;
  for (auto item = drawn.rbegin(); item != drawn.rend(); ++item) {
    if (item->appear(hidden)) there.push_back(std::move(*item));
  }
  std::reverse(there.begin(), there.end());
  return there;
}

Image SceneDataset::image(int64_t index) const {
  const auto there = items(index);
  Image image = paint_background(kSceneSide, pictures_, SceneDraws(key_, index, Part::kBackground));
  for (const Item& item : there) item.paint(image);
  add_noise(image, SceneDraws(key_, index, Part::kNoise));
  return image;
}

std::vector<DetectionObject> SceneDataset::objects(int64_t index) const {
  std::vector<DetectionObject> objects;
  for (const Item& item : items(index)) {
    const auto number = static_cast<int64_t>(objects.size()) + 1;
    objects.push_back({index * kIdsPerScene + number, item.label, item.box,
                       static_cast<double>(item.pixels), false});
  }
  return objects;
}

std::string SceneDataset::content_key() const {
  Sha256 hash;
  hash.add(fmt::format("scenes {} {} {}\n", kVersion, stream_, count_));
  hash.add(pictures_.labels.data(), pictures_.labels.size());
  hash.add(pictures_.pixels.data(), pictures_.pixels.size());
  return hash.finish();
}

}  // namespace ptqbench
