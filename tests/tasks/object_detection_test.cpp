#include "tasks/object_detection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "support/error.h"
#include "tasks/data/png_writer.h"
#include "tasks/stand_in_task.h"
#include "tests/helpers/files.h"
#include "tests/helpers/thread_group.h"

namespace ptqbench {
namespace {

using ::testing::HasSubstr;

Image picture(int width, int height) {
  Image image;
  image.width = width;
  image.height = height;
  for (int i = 0; i < width * height * 3; ++i) image.rgb.push_back(static_cast<uint8_t>(7 * i));
  return image;
}

/// Three pictures of two sizes with a car (id 3) each, and a dog (id 7) in the last.
class ObjectDetectionTest : public ::testing::Test {
 protected:
  ObjectDetectionTest() {
    CocoAnnotations all;
    all.categories = {{7, "dog"}, {3, "car"}};
    all.images = {{10, "a.png", {40, 60}}, {11, "b.png", {60, 40}}, {12, "c.png", {40, 60}}};
    all.objects = {{1, 10, 3, {5, 10, 20, 15}, 300, false},
                   {2, 11, 3, {10, 0, 30, 30}, 900, false},
                   {3, 12, 3, {0, 20, 30, 20}, 600, false},
                   {4, 12, 7, {40, 10, 10, 20}, 200, false}};
    for (const char* split : {"train", "test"}) {
      std::filesystem::create_directories(folder_ / split);
      for (const auto& image : all.images) {
        write_png(folder_ / split / image.file_name,
                  picture(static_cast<int>(image.size.width), static_cast<int>(image.size.height)));
      }
      std::filesystem::create_directories(folder_ / "annotations");
      write_coco_annotations(
          folder_ / "annotations" / (std::string("instances_") + split + ".json"), all);
    }
    options_.name = "object_detection";
    options_.dataset.name = "coco";
    options_.dataset.root = folder_.path().string();
    options_.dataset.resize = 80;
  }

  testing::TemporaryFolder folder_;
  TaskOptions options_;
};

TEST_F(ObjectDetectionTest, ImagesOfABatchArePaddedAndTheirSizesKept) {
  const ObjectDetection task(options_);
  const auto inputs = task.calibration_inputs({0, 1});
  EXPECT_EQ(inputs.at(0).sizes(), (std::vector<int64_t>{2, 3, 128, 128}));
  EXPECT_TRUE(at::equal(inputs.at(1), at::tensor({80, 120, 120, 80}, at::kLong).view({2, 2})));
}

TEST_F(ObjectDetectionTest, EstimatesAreMadeForTheSizeOfABatch) {
  const ObjectDetection task(options_);
  const auto sample = task.padded_sample();
  EXPECT_EQ(sample.at(0).sizes(), (std::vector<int64_t>{1, 3, 128, 128}));
  EXPECT_EQ(sample.at(1).sizes(), (std::vector<int64_t>{1, 2}));
  // The first picture alone is less high.
  EXPECT_EQ(task.calibration_inputs({0}).at(0).sizes(), (std::vector<int64_t>{1, 3, 96, 128}));
}

TEST_F(ObjectDetectionTest, ClassesAreTheIdsOfCategories) {
  const ObjectDetection task(options_);
  const auto model = task.make_model({"retinanet_resnet18_narrow", {}});
  FullPrecisionPass pass;
  const torch::NoGradGuard no_grad;
  const auto logits = model.compute({model.named_value("class_logits")}, {model.inputs().at(0)},
                                    {at::zeros({1, 3, 32, 32})}, pass);
  EXPECT_EQ(logits.at(0).size(2), 8);
}

/// Finds what is there, as the network sees the images, and something of a class that is none.
class Oracle : public Layer {
 public:
  Tensors forward(const Tensors& inputs, Pass& /*pass*/) const override {
    const int64_t count = inputs.at(0).size(0);
    const auto boxes = at::zeros({count, 4, 4});
    const auto labels = at::zeros({count, 4}, at::kLong);
    const auto put = [&](int64_t image, int64_t place, std::vector<float> box, int64_t label) {
      if (image >= count) return;
      // Every image was enlarged twice.
      boxes[image][place] = 2 * at::tensor(box);
      labels[image][place] = label;
    };
    put(0, 0, {5, 10, 25, 25}, 3);
    put(0, 1, {5, 10, 25, 25}, 5);
    put(1, 0, {10, 0, 40, 30}, 3);
    put(2, 0, {0, 20, 30, 40}, 3);
    put(2, 1, {40, 10, 50, 30}, 7);
    return {boxes, at::full({count, 4}, 0.9), labels};
  }
  std::string kind() const override { return "oracle"; }
};

UnitGraph oracle() {
  UnitGraph graph;
  const auto image = graph.add_input("image");
  const auto size = graph.add_input("size");
  graph.set_outputs(graph.add("oracle", "", std::make_shared<Oracle>(), {image, size}, 3));
  return graph;
}

Metrics evaluate(const ObjectDetection& task, const UnitGraph& model, int64_t samples,
                 int64_t batch_size) {
  FullPrecisionPass pass;
  LocalGroup alone;
  return task.evaluate(model, pass, samples, batch_size, alone);
}

TEST_F(ObjectDetectionTest, ADetectorThatFindsEverythingHasAllFigures) {
  const ObjectDetection task(options_);
  const auto metrics = evaluate(task, oracle(), 0, 3);
  EXPECT_EQ(metrics.name, "box_map");
  EXPECT_NEAR(metrics.value, 100, 1e-9);
  EXPECT_NEAR(metrics.further.at("box_map_75"), 100, 1e-9);
  EXPECT_NEAR(metrics.further.at("box_recall_small"), 100, 1e-9);
  EXPECT_EQ(metrics.further.count("box_map_large"), 0U) << "there are no large objects";
  // One at a time, this oracle finds the first image's objects in every image.
  EXPECT_LT(evaluate(task, oracle(), 0, 1).value, 60);
  EXPECT_NEAR(evaluate(task, oracle(), 1, 1).value, 100, 1e-9) << "of the first image alone";
}

TEST_F(ObjectDetectionTest, NetworksGoThroughTheWholeWay) {
  const ObjectDetection task(options_);
  for (const char* name : {"retinanet_resnet18_narrow", "faster_rcnn_resnet18_narrow"}) {
    at::manual_seed(1);
    const auto model = task.make_model({name, {}});
    const auto metrics = evaluate(task, model, 0, 2);
    EXPECT_GE(metrics.value, 0) << name;
    EXPECT_LE(metrics.value, 100) << name;
  }
}

TEST_F(ObjectDetectionTest, AFolderOfPhotographsLoadsAndIsMeasured) {
  const std::filesystem::path photographs = PTQBENCH_SOURCE_DIR "/tests/tasks/data/data";
  CocoAnnotations all;
  all.categories = {{1, "thing"}};
  // The second has no annotations; of the first, one object is a crowd, one has no size and one
  // reaches out of the image.
  all.images = {{1, "photo_420.jpg", {57, 75}}, {2, "small_444.jpg", {29, 37}}};
  all.objects = {{1, 1, 1, {5, 10, 20, 15}, 300, false},
                 {2, 1, 1, {0, 0, 40, 40}, 1600, true},
                 {3, 1, 1, {30, 30, 0, 0}, 0, false},
                 {4, 1, 1, {60, 40, 40, 40}, 1600, false}};
  const testing::TemporaryFolder folder;
  std::filesystem::create_directories(folder / "annotations");
  for (const std::string split : {"train", "test"}) {
    std::filesystem::create_directories(folder / split);
    for (const auto& image : all.images)
      std::filesystem::copy_file(photographs / image.file_name, folder / split / image.file_name);
    write_coco_annotations(folder / "annotations" / ("instances_" + split + ".json"), all);
  }
  options_.dataset.root = folder.path().string();
  const ObjectDetection task(options_);
  EXPECT_EQ(task.evaluation_population(), 2);
  const auto model = task.make_model({"retinanet_resnet18_narrow", {}});
  const auto metrics = evaluate(task, model, 0, 2);
  EXPECT_GE(metrics.value, 0);
  EXPECT_LE(metrics.value, 100);
  EXPECT_TRUE(task.calibration_inputs({0, 1}).at(0).isfinite().all().item<bool>());

  std::filesystem::resize_file(folder / "test/photo_420.jpg", 100);
  try {
    evaluate(task, model, 0, 2);
    ADD_FAILURE() << "the photograph cannot be read";
  } catch (const IoError& error) {
    EXPECT_THAT(error.what(), HasSubstr("photo_420.jpg"));
  }
}

// Four members have nothing to do for the last.
TEST_F(ObjectDetectionTest, AGroupMeasuresWhatOneProcessMeasures) {
  const ObjectDetection task(options_);
  at::manual_seed(1);
  const auto model = task.make_model({"faster_rcnn_resnet18_narrow", {}});
  const auto expected = evaluate(task, model, 0, 1);
  for (const int size : {2, 4}) {
    testing::run_as_group(size, [&](DeviceGroup& group) {
      FullPrecisionPass pass;
      const auto metrics = task.evaluate(model, pass, 0, 1, group);
      EXPECT_EQ(metrics.value, expected.value) << size;
      EXPECT_EQ(metrics.further, expected.further) << size;
    });
  }
}

std::string refusal(const TaskOptions& options) {
  try {
    ObjectDetection task(options);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

TEST_F(ObjectDetectionTest, RefusesWhatItDoesNotUse) {
  auto options = options_;
  options.dataset.crop = 224;
  EXPECT_THAT(refusal(options), HasSubstr("takes no label_file, classes or crop"));
  options = options_;
  options.text.vocabulary = "vocab.txt";
  EXPECT_THAT(refusal(options), HasSubstr("remove 'text'"));
  options = options_;
  options.dataset.root = "";
  EXPECT_THAT(refusal(options), HasSubstr("needs root"));
  options = options_;
  options.dataset.name = "cocos";
  EXPECT_THAT(refusal(options), HasSubstr("coco"));
}

TEST_F(ObjectDetectionTest, CategoriesOfBothSplitsMeanTheSame) {
  const auto file = folder_ / "annotations" / "instances_test.json";
  auto all = read_coco_annotations(file);
  all.categories = {{7, "Dog"}, {3, "Car"}};
  write_coco_annotations(file, all);
  EXPECT_EQ(refusal(options_), "");
  all.categories = {{7, "car"}, {3, "dog"}};
  write_coco_annotations(file, all);
  EXPECT_THAT(refusal(options_),
              HasSubstr("splits 'train' and 'test' have other categories: the id "
                        "3 is 'car' and 'dog'"));
  all.categories = {{7, "dog"}, {3, "car"}, {9, "cat"}};
  write_coco_annotations(file, all);
  EXPECT_THAT(refusal(options_), HasSubstr("the id 9 ('cat') is in the second alone"));
}

TEST_F(ObjectDetectionTest, CategoriesFromZeroNeedAnOffset) {
  for (const char* split : {"train", "test"}) {
    const auto file = folder_ / "annotations" / (std::string("instances_") + split + ".json");
    auto all = read_coco_annotations(file);
    all.categories = {{4, "dog"}, {0, "car"}};
    for (auto& object : all.objects) object.category_id -= 3;
    write_coco_annotations(file, all);
  }
  EXPECT_THAT(refusal(options_),
              HasSubstr("category 'car' has the id 0, but ids are a detector's "
                        "classes: 1 to 9999; category_offset: 1 of the data set"));
  options_.dataset.category_offset = 3;
  const ObjectDetection task(options_);
  EXPECT_NEAR(evaluate(task, oracle(), 0, 3).value, 100, 1e-9);
}

TEST_F(ObjectDetectionTest, DataKeyTellsOtherObjects) {
  const auto before = ObjectDetection(options_).data_key();
  EXPECT_EQ(ObjectDetection(options_).data_key(), before);
  const auto file = folder_ / "annotations" / "instances_test.json";
  auto all = read_coco_annotations(file);
  all.objects[0].box.width += 1;
  write_coco_annotations(file, all);
  EXPECT_NE(ObjectDetection(options_).data_key(), before);
}

std::vector<int64_t> image_shape(const std::string& dataset, int64_t resize) {
  TaskOptions options;
  options.name = "object_detection";
  options.dataset.name = dataset;
  options.dataset.resize = resize;
  return make_stand_in_task(options)->calibration_inputs({0, 1}).at(0).sizes().vec();
}

TEST(ObjectDetectionStandIn, HasTheShapesOfTheData) {
  EXPECT_EQ(image_shape("scenes", 0), (std::vector<int64_t>{2, 3, 128, 128}));
  // 640x480 becomes 1066x800 and is padded to multiples of 32.
  EXPECT_EQ(image_shape("coco", 0), (std::vector<int64_t>{2, 3, 800, 1088}));
  EXPECT_EQ(image_shape("coco", 320), (std::vector<int64_t>{2, 3, 320, 448}));
  // 640x360 becomes 1333x750, 360x640 becomes 750x1333; calibration holds both.
  TaskOptions options;
  options.name = "object_detection";
  options.dataset.name = "coco";
  EXPECT_EQ(make_stand_in_task(options)->padded_sample().at(0).sizes(),
            (std::vector<int64_t>{1, 3, 1344, 1344}));
}

}  // namespace
}  // namespace ptqbench
