#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "tasks/data/fashion_mnist.h"
#include "tasks/detection/coco/detection_dataset.h"

namespace ptqbench {

/// Sides of a scene in pixels.
constexpr int kSceneSide = 128;

struct SceneOptions {
  /// Of Fashion-MNIST.
  std::filesystem::path root = fashion_mnist_root();
  /// Whose pictures appear: "train" or "test".
  std::string split = "train";
  int64_t count = 1000;
  uint64_t seed = 0;
};

/// Made-up scenes for detectors: one to six items of Fashion-MNIST, 16 to 64 pixels large, tinted,
/// some mirrored, later ones before earlier ones, on a cluttered background. Boxes bound what is
/// visible of an item, areas count its visible pixels, and an item of which less than two fifths
/// would be visible is not there. A scene is made when it is asked for and depends on seed, split
/// and its number only.
class SceneDataset final : public DetectionDataset {
 public:
  /// Throws ConfigError for another split or a count that is not positive, IoError as
  /// read_fashion_mnist.
  explicit SceneDataset(const SceneOptions& options);
  ~SceneDataset() override;

  int64_t size() const override { return count_; }
  const std::vector<CocoCategory>& categories() const override;
  CocoImage image_facts(int64_t index) const override;
  Image image(int64_t index) const override;
  std::vector<DetectionObject> objects(int64_t index) const override;
  /// Of the pictures, and of all that scenes depend on.
  std::string content_key() const override;

 private:
  struct Item;

  /// Those that are there, in the order in which they are painted. Throws std::out_of_range.
  std::vector<Item> items(int64_t index) const;
  Item draw_item(class SceneDraws& draws) const;

  RawImages pictures_;
  int64_t count_;
  /// What the scenes are drawn from.
  std::string stream_;
  std::array<uint32_t, 2> key_;
};

}  // namespace ptqbench
