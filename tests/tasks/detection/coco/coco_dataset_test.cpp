#include "tasks/detection/coco/coco_dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "support/error.h"
#include "tasks/data/png_writer.h"
#include "tests/helpers/files.h"

namespace ptqbench {
namespace {

using ::testing::ElementsAre;
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

// 100x40 pixels are stored, and Exif's orientation 6 shows them as 40x100.
TEST_F(CocoDatasetTest, AnImageAnnotatedAsTurnedIsTurned) {
  const std::filesystem::path data = PTQBENCH_SOURCE_DIR "/tests/tasks/detection/data";
  all.objects.clear();
  all.images = {{1, "turned_6.jpg", {100, 40}}, {2, "stored.jpg", {40, 100}}};
  std::filesystem::copy_file(data / "turned_6.jpg", folder / "turned_6.jpg");
  std::filesystem::copy_file(data / "turned_6.jpg", folder / "stored.jpg");
  const auto dataset = open();
  EXPECT_TRUE(dataset.notes().empty());
  const Image shown = dataset.image(0);
  EXPECT_EQ(shown.width, 40);
  EXPECT_EQ(shown.height, 100);
  const auto expected = testing::read_bytes(data / "turned_6.ppm");
  EXPECT_EQ(std::string(shown.rgb.begin(), shown.rgb.end()),
            expected.substr(expected.size() - shown.rgb.size()));
  EXPECT_EQ(dataset.image(1).width, 100);
  dataset.image(0);
  EXPECT_THAT(dataset.notes(),
              ElementsAre("coco.json: 1 image is annotated as turned by their Exif orientation: "
                          "turned, too"));
}

TEST_F(CocoDatasetTest, SwappedSidesWithoutAnOrientationAreRefused) {
  all.images[0].size = {4, 3};
  EXPECT_THAT(refusal(), HasSubstr("a.png' has 4x3 pixels, but 3x4 by "));
}

TEST_F(CocoDatasetTest, SizesThatTheAnnotationsDoNotSayAreTheFiles) {
  folder.write("coco.json", R"({"images": [{"id": 1, "file_name": "a.png"}],
                                "categories": [{"id": 1, "name": "x"}], "annotations": []})");
  const CocoDataset dataset(folder / "coco.json", folder.path());
  EXPECT_EQ(dataset.image_facts(0).size, (ImageSize{3, 4}));
  EXPECT_EQ(dataset.image(0).width, 4);
  EXPECT_THAT(dataset.notes(),
              ElementsAre("coco.json: 1 image without a size: that of the file is taken"));
}

TEST_F(CocoDatasetTest, IdsOfCategoriesCanBeShifted) {
  all.categories = {{0, "z"}, {1, "x"}};
  all.objects = {{1, 70, 0, {0, 0, 2, 2}, 4, false}};
  write_coco_annotations(folder / "coco.json", all);
  const CocoDataset dataset(folder / "coco.json", folder.path(), 1);
  EXPECT_EQ(dataset.categories()[0].id, 1);
  EXPECT_EQ(dataset.categories()[0].name, "z");
  EXPECT_EQ(dataset.objects(0).at(0).label, 0);
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
