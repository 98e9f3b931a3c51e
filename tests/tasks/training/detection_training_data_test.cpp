#include "tasks/training/detection_training_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "support/error.h"
#include "tasks/training/optimizer.h"
#include "tests/helpers/expect_close.h"
#include "tests/tasks/models/tiny_detectors.h"

namespace ptqbench {
namespace {

constexpr int kSide = 64;
constexpr int kSquare = 16;

/// A square on black: red ones are category 1, green ones 2.
class Squares : public DetectionDataset {
 public:
  int64_t size() const override { return 8; }
  const std::vector<CocoCategory>& categories() const override {
    static const std::vector<CocoCategory> all = {{1, "red"}, {2, "green"}};
    return all;
  }
  CocoImage image_facts(int64_t index) const override { return {index, "", {kSide, kSide}}; }
  Image image(int64_t index) const override {
    Image image;
    image.width = image.height = kSide;
    image.rgb.assign(kSide * kSide * 3, 0);
    const auto [left, top] = corner(index);
    for (int y = top; y < top + kSquare; ++y) {
      for (int x = left; x < left + kSquare; ++x)
        image.rgb[static_cast<size_t>((y * kSide + x) * 3 + index % 2)] = 255;
    }
    return image;
  }
  std::vector<DetectionObject> objects(int64_t index) const override {
    const auto [left, top] = corner(index);
    const CocoBox box{static_cast<double>(left), static_cast<double>(top), kSquare, kSquare};
    return {{index, index % 2, box, kSquare * kSquare, false}};
  }
  std::string content_key() const override { return "squares"; }

 private:
  static std::pair<int, int> corner(int64_t index) {
    const int place = static_cast<int>(index);
    return {4 + 12 * (place % 4), 8 + 24 * (place / 4)};
  }
};

DetectionData squares() {
  DetectionTransformOptions transform;
  transform.min_size = transform.max_size = kSide;
  return {std::make_unique<Squares>(), DetectionTransform(transform)};
}

/// Where the image is brightest, summed over channels: x1, y1, x2, y2.
at::Tensor box_of_square(const at::Tensor& image) {
  const auto bright = image.sum(0) > image.sum(0).min() + 1;
  const auto places = bright.nonzero();
  const auto low = std::get<0>(places.min(0));
  const auto high = std::get<0>(places.max(0)) + 1;
  return at::stack({low[1], low[0], high[1], high[0]}).to(at::kFloat);
}

TEST(DetectionTrainingData, BoxesAreMirroredWithTheirImages) {
  const auto data = squares();
  TrainOptions options;
  options.horizontal_flip = true;
  const DetectionTrainingData training(data, options);
  const std::vector<int64_t> all = {0, 1, 2, 3, 4, 5, 6, 7};
  const auto plain = DetectionTrainingData(data, TrainOptions()).load(all, 0);
  int64_t mirrored = 0;
  for (const int64_t epoch : {0, 1}) {
    const auto sample = training.load(all, epoch);
    for (size_t i = 0; i < all.size(); ++i) {
      const auto image = sample.inputs[0][all[i]];
      const auto& targets = sample.targets[i];
      EXPECT_TRUE(testing::close(targets.boxes[0], box_of_square(image), 0, 1e-4));
      EXPECT_EQ(targets.labels[0].item<int64_t>(), 1 + all[i] % 2);
      mirrored += at::equal(image, plain.inputs[0][all[i]]) ? 0 : 1;
    }
  }
  EXPECT_GT(mirrored, 3);
  EXPECT_LT(mirrored, 13);
}

class DetectorTraining : public ::testing::TestWithParam<UnitGraph (*)()> {};

TEST_P(DetectorTraining, LearnsToFindSquares) {
  const auto data = squares();
  TrainOptions options;
  options.optimizer = "adamw";
  options.horizontal_flip = true;
  const DetectionTrainingData training(data, options);
  const auto model = GetParam()();
  const auto parameters = model.parameters();
  for (const auto& p : parameters) at::Tensor(p.value).requires_grad_(true);
  const auto optimizer = make_optimizer(parameters, options);
  TrainingPass pass;
  double first = 0;
  double last = 0;
  for (int64_t epoch = 0; epoch < 60; ++epoch) {
    const auto loss = training.loss(model, pass, {0, 1, 2, 3, 4, 5, 6, 7}, epoch);
    loss.backward();
    for (const auto& p : parameters) ASSERT_TRUE(p.value.grad().defined()) << p.name;
    optimizer->step(1e-2);
    (epoch == 0 ? first : last) = loss.item<double>();
  }
  EXPECT_LT(last, 0.5 * first);
}

TEST_P(DetectorTraining, TheLossDoesNotDependOnWhenItIsComputed) {
  const auto data = squares();
  const DetectionTrainingData training(data, TrainOptions());
  const auto model = GetParam()();
  FullPrecisionPass pass;
  const torch::NoGradGuard no_grad;
  const auto loss = training.loss(model, pass, {3, 5}, 1);
  EXPECT_TRUE(testing::identical(loss, training.loss(model, pass, {3, 5}, 1)));
}

INSTANTIATE_TEST_SUITE_P(Kinds, DetectorTraining,
                         ::testing::Values(testing::tiny_retinanet, testing::tiny_faster_rcnn),
                         [](const auto& info) {
                           return info.index == 0 ? "RetinaNet" : "FasterRcnn";
                         });

TEST(DetectionTrainingData, RefusesWhatIsNotForDetectors) {
  const auto data = squares();
  TrainOptions options;
  options.crop_padding = 4;
  EXPECT_THROW(DetectionTrainingData(data, options), ConfigError);
}

}  // namespace
}  // namespace ptqbench
