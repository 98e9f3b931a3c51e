#include "tasks/detection/coco/coco_dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "support/error.h"
#include "tasks/data/png_writer.h"
#include "tests/helpers/files.h"

namespace ptqbench {
namespace {

using ::testing::HasSubstr;

Image picture(int width, int height) {
  Image image;
  image.width = width;
  image.height = height;
  for (int i = 0; i < width * height * 3; ++i) image.rgb.push_back(static_cast<uint8_t>(i));
  return image;
}

/// Two pictures, the second without objects, and categories whose ids are neither contiguous nor in
/// order.
class CocoDatasetTest : public ::testing::Test {
 protected:
  CocoDatasetTest() {
    all.images = {{70, "a.png", {3, 4}}, {20, "b.png", {2, 2}}};
    all.categories = {{90, "z"}, {4, "x"}, {17, "y"}};
    all.objects = {{1, 70, 17, {0, 0, 2, 2}, 3, false}, {2, 70, 90, {1, 1, 0, 1}, 0, true}};
    write_png(folder / "a.png", picture(4, 3));
    write_png(folder / "b.png", picture(2, 2));
  }

  CocoDataset open() const {
    write_coco_annotations(folder / "coco.json", all);
    return {folder / "coco.json", folder.path()};
  }
  std::string refusal() const {
    try {
      open().image(0);
    } catch (const IoError& error) {
      return error.what();
    }
    return "";
  }

  testing::TemporaryFolder folder;
  CocoAnnotations all;
};

TEST_F(CocoDatasetTest, LabelsAreCategoriesByAscendingId) {
  const auto dataset = open();
  ASSERT_EQ(dataset.categories().size(), 3u);
  EXPECT_EQ(dataset.categories()[0].name, "x");
  EXPECT_EQ(dataset.categories()[2].name, "z");
  const auto objects = dataset.objects(0);
  ASSERT_EQ(objects.size(), 2u);
  EXPECT_EQ(objects[0].label, 1);
  EXPECT_EQ(objects[0].box, (CocoBox{0, 0, 2, 2}));
  EXPECT_EQ(objects[0].area, 3);
  EXPECT_EQ(objects[1].label, 2);
  EXPECT_EQ(objects[1].id, 2);
  EXPECT_TRUE(objects[1].crowd);
}

TEST_F(CocoDatasetTest, ImagesAreInTheOrderOfTheFile) {
  const auto dataset = open();
  ASSERT_EQ(dataset.size(), 2);
  EXPECT_EQ(dataset.image_facts(0).id, 70);
  EXPECT_EQ(dataset.image(0).rgb, picture(4, 3).rgb);
  EXPECT_EQ(dataset.image(1).rgb, picture(2, 2).rgb);
  EXPECT_TRUE(dataset.objects(1).empty());
  EXPECT_THROW(dataset.objects(2), std::out_of_range);
  EXPECT_THROW(dataset.image(-1), std::out_of_range);
}

TEST_F(CocoDatasetTest, AnnotationsComeBackAsTheyAre) {
  const auto back = coco_annotations(open(), 2);
  ASSERT_EQ(back.objects.size(), 2u);
  EXPECT_EQ(back.objects[1].image_id, 70);
  EXPECT_EQ(back.objects[1].category_id, 90);
  EXPECT_EQ(back.images[1].id, 20);
  EXPECT_TRUE(coco_annotations(open(), 0).images.empty());
}

TEST_F(CocoDatasetTest, UnreadableImagesAreNamed) {
  all.images[0].file_name = "no.png";
  EXPECT_THAT(refusal(), HasSubstr("no.png' does not exist"));
  folder.write("no.png", "text");
  EXPECT_THAT(refusal(), HasSubstr("no.png' is neither a JPEG nor a PNG file"));
}

TEST_F(CocoDatasetTest, AnImageOfAnotherSizeIsNamed) {
  all.images[0].size = {30, 40};
  EXPECT_THAT(refusal(), HasSubstr("a.png' has 4x3 pixels, but 40x30 by "));
}

TEST_F(CocoDatasetTest, EmptyListsAndMissingFoldersAreRefused) {
  all.objects.clear();
  all.categories.clear();
  EXPECT_THAT(refusal(), HasSubstr("coco.json: no categories"));
  all.images.clear();
  EXPECT_THAT(refusal(), HasSubstr("coco.json: no images"));
  EXPECT_THROW(CocoDataset(folder / "none.json", folder.path()), IoError);
  all.images = {{1, "a.png", {3, 4}}};
  all.categories = {{1, "x"}};
  open();
  EXPECT_THROW(CocoDataset(folder / "coco.json", folder / "nowhere"), IoError);
}

TEST_F(CocoDatasetTest, ContentKeyTellsAnnotationsAndImagesApart) {
  const auto key = open().content_key();
  EXPECT_EQ(key.size(), 64u);
  EXPECT_EQ(open().content_key(), key);
  all.objects[0].box.x = 0.5;
  EXPECT_NE(open().content_key(), key);
  all.objects[0].box.x = 0;
  EXPECT_EQ(open().content_key(), key);
  write_png(folder / "b.png", picture(20, 20));
  EXPECT_NE(open().content_key(), key);
  std::filesystem::remove(folder / "b.png");
  EXPECT_THROW(open().content_key(), IoError);
}

}  // namespace
}  // namespace ptqbench
