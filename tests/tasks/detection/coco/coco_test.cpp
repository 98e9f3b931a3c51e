#include "tasks/detection/coco/coco.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/error.h"
#include "tests/helpers/files.h"

namespace ptqbench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const char* const kImage = R"({"id": 5, "file_name": "a.jpg", "width": 30, "height": 20})";
const char* const kCategory = R"({"id": 18, "name": "dog", "supercategory": "animal"})";

std::string annotations_file(const std::string& images, const std::string& annotations,
                             const std::string& categories) {
  return R"({"info": {"year": 2017}, "licenses": [{"id": 1}], "images": [)" + images +
         R"(], "annotations": [)" + annotations + R"(], "categories": [)" + categories + "]}";
}

std::string annotation(const std::string& members) {
  return annotations_file(kImage, "{" + members + "}", kCategory);
}

CocoAnnotations read(const std::string& json) {
  const testing::TemporaryFolder folder;
  return read_coco_annotations(folder.write("coco.json", json));
}

void expect_refused(const std::string& json, const std::string& message) {
  try {
    read(json);
    FAIL() << json;
  } catch (const IoError& error) {
    EXPECT_THAT(error.what(), HasSubstr("coco.json: " + message));
  }
}

TEST(Coco, AnnotationsAreRead) {
  // The annotations stand before their images; outlines are skipped.
  const auto all = read(std::string(R"({"annotations": [
      {"id": 9, "image_id": 5, "category_id": 18, "bbox": [1.5, 2, 3, 4.25], "area": 7.5,
       "iscrowd": 0, "segmentation": [[1, 2, 3, 4, 5, 6]]},
      {"id": 7, "image_id": 5, "category_id": 18, "bbox": [0, 0, 0, 40], "area": 0,
       "iscrowd": 1, "segmentation": {"counts": [3, 4], "size": [20, 30]}},
      {"id": 8, "image_id": 5, "category_id": 18, "bbox": [-5, 90, 1, 1], "area": 1}],
      "images": [)") + kImage +
                        R"(, {"id": 2, "file_name": "b/c.png", "width": 1, "height": 2}],
      "categories": [)" +
                        kCategory + "]}");
  ASSERT_EQ(all.images.size(), 2u);
  EXPECT_EQ(all.images[0].id, 5);
  EXPECT_EQ(all.images[0].size, (ImageSize{20, 30}));
  EXPECT_EQ(all.images[1].file_name, "b/c.png");
  ASSERT_EQ(all.categories.size(), 1u);
  EXPECT_EQ(all.categories[0].id, 18);
  EXPECT_EQ(all.categories[0].name, "dog");
  ASSERT_EQ(all.objects.size(), 3u);
  EXPECT_EQ(all.objects[0].id, 9);
  EXPECT_EQ(all.objects[0].image_id, 5);
  EXPECT_EQ(all.objects[0].category_id, 18);
  EXPECT_EQ(all.objects[0].box, (CocoBox{1.5, 2, 3, 4.25}));
  EXPECT_EQ(all.objects[0].area, 7.5);
  EXPECT_FALSE(all.objects[0].crowd);
  EXPECT_TRUE(all.objects[1].crowd);
  EXPECT_FALSE(all.objects[2].crowd);
}

TEST(Coco, WhatIsMissingIsNamed) {
  expect_refused("[]", "file: expected an object, it is of type array");
  expect_refused(R"({"images": [], "annotations": []})", "file: 'categories' is missing");
  expect_refused(R"({"images": 3, "annotations": [], "categories": []})",
                 "images: expected an array, it is of type number");
  expect_refused(annotations_file(R"({"id": 5, "width": 3, "height": 2})", "", kCategory),
                 "images[0]: 'file_name' is missing");
  expect_refused(annotations_file(kImage, "", R"({"id": 5})"), "categories[0]: 'name' is missing");
  expect_refused(annotation(R"("id": 1, "image_id": 5, "category_id": 18, "area": 1)"),
                 "annotations[0]: 'bbox' is missing");
  expect_refused(annotations_file(R"({"id": 5, "file_name": "a", "width": 3})", "", kCategory),
                 "images[0]: 'height' is missing");
}

TEST(Coco, WhatIsNotAsExpectedIsNamed) {
  EXPECT_THAT([] { read("{\n\"images\": [}"); },
              ::testing::ThrowsMessage<IoError>(
                  HasSubstr("coco.json:2: not valid JSON: column 12: '}' cannot stand there")));
  expect_refused(annotations_file(kImage, "7", kCategory),
                 "annotations[0]: expected an object, it is of type number");
  expect_refused(annotations_file(std::string(kImage) + "," + kImage, "", kCategory),
                 "images[1].id: 5 is there twice");
  expect_refused(
      annotations_file(R"({"id": 5, "file_name": "a", "width": 0, "height": 2})", "", kCategory),
      "images[0].width: must be positive, but is 0");
  const std::string ids = R"("id": 1, "image_id": 5, "category_id": 18, "area": 1, )";
  expect_refused(annotation(ids + R"("bbox": [1, 2, 3])"),
                 "annotations[0].bbox: expected 4 numbers, x, y, width and height");
  expect_refused(annotation(ids + R"("bbox": [1, 2, 3, "4"])"),
                 "annotations[0].bbox[3]: expected a number, it is of type string");
  expect_refused(annotation(ids + R"("bbox": [1, 2, -3, 4])"),
                 "annotations[0].bbox: width and height must not be negative, but are -3 and 4");
  expect_refused(annotation(ids + R"("bbox": [1, 2, 1e999, 4])"), "not valid JSON");
  expect_refused(annotation(ids + R"("bbox": [1, 2, 3, 4], "iscrowd": 2)"),
                 "annotations[0].iscrowd: expected 0 or 1, it is 2");
  expect_refused(
      annotations_file(R"({"id": "5", "file_name": "a", "width": 1, "height": 2})", "", kCategory),
      "images[0].id: expected a whole number, it is of type string");
}

TEST(Coco, ObjectsOfUnknownCategoriesAreNamed) {
  const std::string box = R"("area": 1, "bbox": [1, 2, 3, 4])";
  expect_refused(annotation(R"("id": 1, "image_id": 5, "category_id": 3, )" + box),
                 "annotations[0].category_id: no category has the id 3");
}

TEST(Coco, BooleansAndWholeFloatsAreTaken) {
  const auto all = read(annotations_file(
      R"({"id": 5.0, "file_name": "a.jpg", "width": 30.0, "height": 20})",
      R"({"id": 1.0, "image_id": 5.0, "category_id": 18, "bbox": [1, 2, 3, 4], "area": 12,
          "iscrowd": true},
         {"id": 2, "image_id": 5, "category_id": 18.0, "bbox": [1, 2, 3, 4], "area": 12,
          "iscrowd": false})",
      kCategory));
  EXPECT_EQ(all.images.at(0).size, (ImageSize{20, 30}));
  ASSERT_EQ(all.objects.size(), 2u);
  EXPECT_TRUE(all.objects[0].crowd);
  EXPECT_FALSE(all.objects[1].crowd);
  EXPECT_EQ(all.objects[0].image_id, 5);
  EXPECT_TRUE(all.notes.empty());
}

TEST(Coco, AMissingAreaIsThatOfTheBox) {
  const auto all =
      read(annotation(R"("id": 1, "image_id": 5, "category_id": 18, "bbox": [1, 2, 3, 4.5])"));
  EXPECT_EQ(all.objects.at(0).area, 13.5);
  EXPECT_THAT(all.notes,
              ElementsAre("coco.json: 1 object without 'area': that of the box is taken"));
}

// As in Label Studio's exports, where all are 0, and in TACO, which has 4040 twice.
TEST(Coco, IdsOfObjectsThatAreMissingOrThereTwiceAreMadeAnew) {
  const std::string rest = R"("image_id": 5, "category_id": 18, "area": 1, "bbox": [1, 2, 3, 4])";
  for (const std::string ids : {R"("id": 0, )", R"()", R"("id": 4040, )"}) {
    const auto all = read(annotations_file(
        kImage, "{" + ids + rest + "}, {" + ids + rest + "}, {\"id\": 7, " + rest + "}",
        kCategory));
    ASSERT_EQ(all.objects.size(), 3u);
    for (int64_t i = 0; i < 3; ++i) EXPECT_EQ(all.objects[static_cast<size_t>(i)].id, i + 1);
    EXPECT_THAT(all.notes, ElementsAre(HasSubstr("all 3 are numbered anew")));
  }
}

TEST(Coco, ObjectsOfImagesThatAreNotListedAreLeftOut) {
  const std::string rest = R"("category_id": 18, "area": 1, "bbox": [1, 2, 3, 4])";
  const auto all = read(annotations_file(
      kImage,
      R"({"id": 1, "image_id": 99, )" + rest + R"(}, {"id": 2, "image_id": 5, )" + rest + "}",
      kCategory));
  ASSERT_EQ(all.objects.size(), 1u);
  EXPECT_EQ(all.objects[0].id, 2);
  EXPECT_THAT(all.notes,
              ElementsAre("coco.json: 1 object of images that are not listed: left out"));
}

TEST(Coco, ImagesMayHaveNoSize) {
  const auto all = read(annotations_file(R"({"id": 5, "file_name": "a.jpg"})", "", kCategory));
  EXPECT_EQ(all.images.at(0).size, ImageSize{});
}

TEST(Coco, AllWrongElementsAreNotedWhereProblemsAre) {
  const testing::TemporaryFolder folder;
  const std::string ids = R"("image_id": 5, "category_id": 18, "area": 1, )";
  const auto file = folder.write(
      "coco.json",
      annotations_file(std::string(kImage) + R"(, {"id": 6})",
                       "{\"id\": 1, " + ids + R"("bbox": [1, 2, -3, 4]}, {"id": 2, )" + ids +
                           R"("bbox": [1, 2, 3, 4]}, {"id": 3, )" + ids + R"("bbox": [1, 2]}, 7)",
                       kCategory));
  std::vector<std::string> problems;
  const auto all = read_coco_annotations(file, &problems);
  EXPECT_EQ(all.images.size(), 1u);
  EXPECT_EQ(all.objects.size(), 1u);
  EXPECT_THAT(problems, ElementsAre(HasSubstr("images[1]: 'file_name' is missing"),
                                    HasSubstr("annotations[0].bbox: width and height"),
                                    HasSubstr("annotations[2].bbox: expected 4 numbers"),
                                    HasSubstr("annotations[0]: expected an object")));
}

CocoAnnotations some_annotations() {
  CocoAnnotations all;
  all.images = {{5, "\u00e9 \"x\".png", {20, 30}}, {6, "y.png", {1, 1}}};
  all.categories = {{18, "dog"}, {3, "cat"}};
  all.objects = {{1, 5, 3, {0.1, 1.0 / 3, 5, 6}, 27.7, false}, {2, 6, 18, {0, 0, 1, 1}, 1, true}};
  return all;
}

TEST(Coco, WrittenAnnotationsAreReadToEqualValues) {
  const testing::TemporaryFolder folder;
  const auto written = some_annotations();
  write_coco_annotations(folder / "a.json", written);
  const auto read = read_coco_annotations(folder / "a.json");
  ASSERT_EQ(read.images.size(), 2u);
  EXPECT_EQ(read.images[0].file_name, written.images[0].file_name);
  EXPECT_EQ(read.images[0].size, written.images[0].size);
  ASSERT_EQ(read.categories.size(), 2u);
  EXPECT_EQ(read.categories[1].name, "cat");
  ASSERT_EQ(read.objects.size(), 2u);
  EXPECT_EQ(read.objects[0].box, written.objects[0].box);
  EXPECT_EQ(read.objects[0].area, 27.7);
  EXPECT_EQ(read.objects[1].id, 2);
  EXPECT_TRUE(read.objects[1].crowd);
}

TEST(Coco, WrittenDetectionsAreReadToEqualValues) {
  const testing::TemporaryFolder folder;
  const std::vector<CocoDetection> written = {{5, 18, {0.1F, -2, 3, 1.0 / 7}, 0.7F},
                                              {6, 3, {0, 0, 1, 1}, 1e-9}};
  write_coco_detections(folder / "d.json", written);
  const auto read = read_coco_detections(folder / "d.json", some_annotations());
  ASSERT_EQ(read.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(read[i].image_id, written[i].image_id);
    EXPECT_EQ(read[i].category_id, written[i].category_id);
    EXPECT_EQ(read[i].box, written[i].box);
    EXPECT_EQ(read[i].score, written[i].score);
  }
  write_coco_detections(folder / "none.json", {});
  EXPECT_TRUE(read_coco_detections(folder / "none.json", some_annotations()).empty());
}

TEST(Coco, DetectionsThatDoNotFitAreNamed) {
  const testing::TemporaryFolder folder;
  const auto expect_refused = [&](const std::string& json, const std::string& message) {
    try {
      read_coco_detections(folder.write("d.json", json), some_annotations());
      FAIL() << json;
    } catch (const IoError& error) {
      EXPECT_THAT(error.what(), HasSubstr("d.json: " + message));
    }
  };
  expect_refused("{}", "file: expected an array, it is of type object");
  expect_refused("[3]", "[0]: expected an object, it is of type number");
  const std::string good = R"({"image_id": 5, "category_id": 3, "bbox": [0, 0, 1, 1], "score": 1})";
  expect_refused("[" + good + R"(, {"image_id": 7, "category_id": 3}])",
                 "[1].image_id: no image has the id 7");
  expect_refused(R"([{"image_id": 5, "category_id": 4}])",
                 "[0].category_id: no category has the id 4");
  expect_refused(R"([{"image_id": 5, "category_id": 3, "bbox": [0, 0, 1, 1]}])",
                 "[0]: 'score' is missing");
}

}  // namespace
}  // namespace ptqbench
