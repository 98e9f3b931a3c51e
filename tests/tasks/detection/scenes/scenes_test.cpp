#include "tasks/detection/scenes/scenes.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <stdexcept>

#include "support/error.h"
#include "tasks/checkpoint/content_hash.h"
#include "tasks/detection/coco/coco_dataset.h"
#include "tasks/detection/coco/coco_folder.h"
#include "tests/tasks/detection/item_files.h"

namespace ptqbench {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

/// Scenes of plain rectangles, whose pixels are all of the tint.
class Scenes : public ::testing::Test {
 protected:
  void SetUp() override {
    // The second has no item and never appears.
    testing::write_items(folder_, {{0, 20, 20}, {1, 0, 0}, {2, 6, 24}, {9, 28, 10}});
  }

  SceneDataset scenes(int64_t count, uint64_t seed = 1, const std::string& split = "train") const {
    SceneOptions options;
    options.root = folder_.path();
    options.split = split;
    options.count = count;
    options.seed = seed;
    return SceneDataset(options);
  }

  testing::TemporaryFolder folder_;
};

bool overlap(const CocoBox& a, const CocoBox& b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

TEST_F(Scenes, HoldOneToSixLabelledItemsInTheImage) {
  const auto dataset = scenes(200);
  ASSERT_EQ(dataset.size(), 200);
  ASSERT_EQ(dataset.categories().size(), 10u);
  std::set<size_t> counts;
  std::set<int64_t> labels;
  std::set<int64_t> ids;
  int64_t objects = 0;
  for (int64_t i = 0; i < dataset.size(); ++i) {
    const auto there = dataset.objects(i);
    counts.insert(there.size());
    objects += static_cast<int64_t>(there.size());
    for (const auto& object : there) {
      labels.insert(object.label);
      ids.insert(object.id);
      EXPECT_GE(object.box.x, 0);
      EXPECT_GE(object.box.y, 0);
      EXPECT_GE(object.box.width, 1);
      EXPECT_GE(object.box.height, 1);
      EXPECT_LE(object.box.x + object.box.width, kSceneSide);
      EXPECT_LE(object.box.y + object.box.height, kSceneSide);
      EXPECT_LE(object.box.width, 64);
      EXPECT_LE(object.box.height, 64);
    }
  }
  EXPECT_EQ(counts, (std::set<size_t>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(labels, (std::set<int64_t>{0, 2, 9}));
  EXPECT_EQ(static_cast<int64_t>(ids.size()), objects);
}

TEST_F(Scenes, BoxesBoundWhatIsVisible) {
  const auto dataset = scenes(100);
  int64_t whole = 0;
  int64_t hidden = 0;
  for (int64_t i = 0; i < dataset.size(); ++i) {
    const auto there = dataset.objects(i);
    for (size_t a = 0; a < there.size(); ++a) {
      bool free = true;
      for (size_t b = a + 1; b < there.size(); ++b) free &= !overlap(there[a].box, there[b].box);
      const double box_area = there[a].box.width * there[a].box.height;
      // Rectangles fill their boxes unless another stands before them.
      if (free) {
        EXPECT_EQ(there[a].area, box_area) << "scene " << i << ", object " << a;
        ++whole;
      } else {
        EXPECT_LE(there[a].area, box_area);
        hidden += there[a].area < box_area ? 1 : 0;
      }
    }
  }
  EXPECT_GT(whole, 100);
  EXPECT_GT(hidden, 10);
}

TEST_F(Scenes, ItemsThatAreMostlyHiddenAreNotThere) {
  testing::write_items(folder_, {{0, 28, 28}});
  const auto dataset = scenes(300);
  for (int64_t i = 0; i < dataset.size(); ++i) {
    for (const auto& object : dataset.objects(i)) {
      // Squares, of which the box shows no more than the side.
      const double side = std::max(object.box.width, object.box.height);
      EXPECT_GE(object.area, 0.4 * side * side) << "scene " << i;
    }
  }
}

TEST_F(Scenes, ItemsArePaintedInTheirBoxes) {
  const auto dataset = scenes(20);
  for (int64_t i = 0; i < dataset.size(); ++i) {
    const Image image = dataset.image(i);
    ASSERT_EQ(image.width, kSceneSide);
    ASSERT_EQ(image.height, kSceneSide);
    // The last one stands before all others. But for noise of 8 levels, it has one color.
    const auto box = dataset.objects(i).back().box;
    for (size_t channel = 0; channel < 3; ++channel) {
      int least = 255;
      int most = 0;
      for (auto y = static_cast<size_t>(box.y); y < static_cast<size_t>(box.y + box.height); ++y) {
        for (auto x = static_cast<size_t>(box.x); x < static_cast<size_t>(box.x + box.width); ++x) {
          const int value = image.rgb[(y * kSceneSide + x) * 3 + channel];
          least = std::min(least, value);
          most = std::max(most, value);
        }
      }
      EXPECT_LE(most - least, 16) << "scene " << i;
      EXPECT_GE(most, 102) << "scene " << i;
    }
  }
}

TEST_F(Scenes, DependOnSeedSplitAndNumberOnly) {
  const auto one = scenes(10);
  const auto more = scenes(20);
  EXPECT_EQ(one.image(7).rgb, more.image(7).rgb);
  EXPECT_EQ(one.objects(7).at(0).box, more.objects(7).at(0).box);
  EXPECT_NE(one.image(7).rgb, one.image(8).rgb);
  EXPECT_NE(one.image(7).rgb, scenes(10, 2).image(7).rgb);
  EXPECT_NE(one.image(7).rgb, scenes(10, 1, "test").image(7).rgb);
  EXPECT_THROW(one.image(10), std::out_of_range);
  EXPECT_THROW(one.objects(-1), std::out_of_range);
}

TEST_F(Scenes, ContentKeyTellsThemApart) {
  const std::set<std::string> keys = {scenes(10).content_key(), scenes(11).content_key(),
                                      scenes(10, 2).content_key(),
                                      scenes(10, 1, "test").content_key()};
  EXPECT_EQ(keys.size(), 4u);
  EXPECT_EQ(keys.count(scenes(10).content_key()), 1u);
  testing::write_items(folder_, {{0, 20, 20, 254}});
  EXPECT_EQ(keys.count(scenes(10).content_key()), 0u);
}

TEST_F(Scenes, RefuseOtherSplitsAndCounts) {
  EXPECT_THAT([&] { scenes(10, 1, "tset"); }, ThrowsMessage<ConfigError>(HasSubstr("'test'")));
  EXPECT_THROW(scenes(0), ConfigError);
  EXPECT_THROW(scenes(1000001), ConfigError);
}

TEST_F(Scenes, ComeBackEqualFromACocoFolder) {
  const auto written = scenes(5);
  write_coco_folder(written, 5, folder_ / "out", "val");
  const CocoDataset read(folder_ / "out/annotations/instances_val.json", folder_ / "out/val");
  ASSERT_EQ(read.size(), 5);
  ASSERT_EQ(read.categories().size(), written.categories().size());
  for (size_t i = 0; i < 10; ++i)
    EXPECT_EQ(read.categories()[i].name, written.categories()[i].name);
  for (int64_t i = 0; i < 5; ++i) {
    EXPECT_EQ(read.image(i).rgb, written.image(i).rgb);
    EXPECT_EQ(read.image_facts(i).id, written.image_facts(i).id);
    const auto actual = read.objects(i);
    const auto expected = written.objects(i);
    ASSERT_EQ(actual.size(), expected.size());
    for (size_t k = 0; k < actual.size(); ++k) {
      EXPECT_EQ(actual[k].id, expected[k].id);
      EXPECT_EQ(actual[k].label, expected[k].label);
      EXPECT_EQ(actual[k].box, expected[k].box);
      EXPECT_EQ(actual[k].area, expected[k].area);
      EXPECT_FALSE(actual[k].crowd);
    }
  }
}

TEST_F(Scenes, ACocoFolderIsNotWrittenOver) {
  write_coco_folder(scenes(1), 1, folder_ / "out", "val");
  EXPECT_THAT([&] { write_coco_folder(scenes(1), 1, folder_ / "out", "val"); },
              ThrowsMessage<IoError>(HasSubstr("instances_val.json' is there already")));
  folder_.write("file", "");
  EXPECT_THAT([&] { write_coco_folder(scenes(1), 1, folder_ / "file", "val"); },
              ThrowsMessage<IoError>(HasSubstr("cannot make the folder")));
}

/// Trained detectors, and results under a content key, rely on them. What changes them must change
/// kVersion in scenes.cpp and these.
TEST(ScenesOfFashionMnist, AreThoseOfTheirVersion) {
  if (!std::filesystem::exists(SceneOptions().root / "t10k-labels-idx1-ubyte.gz"))
    GTEST_SKIP() << "dataset-fashion-mnist is not installed";
  SceneOptions options;
  options.split = "test";
  const SceneDataset dataset(options);
  Sha256 images;
  std::string objects;
  for (int64_t i = 0; i < 20; ++i) {
    const Image image = dataset.image(i);
    images.add(image.rgb.data(), image.rgb.size());
    for (const auto& object : dataset.objects(i)) {
      objects += fmt::format("{} {} {} {} {} {} {}\n", i, object.label, object.box.x, object.box.y,
                             object.box.width, object.box.height, object.area);
    }
  }
  EXPECT_EQ(images.finish().substr(0, 16), "d7726ba946248c34");
  EXPECT_EQ(sha256_text(objects).substr(0, 16), "ffb3f7ce6b010a19");
}

}  // namespace
}  // namespace ptqbench
