#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "methods/recipes/registry.h"
#include "tasks/models/registry.h"
#include "tasks/task_registry.h"
#include "tests/examples/denoiser.h"
#include "tests/examples/image_denoising.h"
#include "tests/examples/qdrop_refined.h"
#include "tests/examples/small_vgg.h"

namespace ptqbench {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

std::vector<std::string> unit_names(const UnitGraph& graph, Granularity granularity) {
  std::vector<std::string> names;
  for (const auto& unit : graph.units(granularity))
    if (unit.has_weights) names.push_back(unit.name);
  return names;
}

TEST(QdropRefined, LearnsStepsAgainAfterQdropsOnlyPhase) {
  MethodSettings settings;
  settings.iterations = 7;
  settings.step_iterations = 3;
  const auto refined = qdrop_refined_recipe(settings);
  const auto qdrop = make_recipe("qdrop", settings);
  ASSERT_EQ(refined.phases.size(), 2U);
  EXPECT_EQ(refined.granularity, qdrop.granularity);
  EXPECT_TRUE(refined.phases[0].learn_rounding && refined.phases[0].learn_steps);
  EXPECT_EQ(refined.phases[0].drop_probability, qdrop.phases[0].drop_probability);
  EXPECT_EQ(refined.phases[0].step_lr, qdrop.phases[0].step_lr);
  EXPECT_EQ(refined.phases[0].iterations, 7);
  EXPECT_FALSE(refined.phases[1].learn_rounding);
  EXPECT_EQ(refined.phases[1].drop_probability, 0);
  EXPECT_EQ(refined.phases[1].iterations, 3);
}

TEST(SmallVgg, NumbersItsParametersAsASequentialDoes) {
  std::vector<std::string> weights;
  for (const auto& parameter : small_vgg(5).parameters())
    if (parameter.value.dim() > 1) weights.push_back(parameter.name);
  EXPECT_THAT(weights,
              ElementsAre("features.0.weight", "features.4.weight", "features.7.weight",
                          "features.11.weight", "features.14.weight", "classifier.weight"));
}

TEST(SmallVgg, ReconstructsStagesAsBlocks) {
  EXPECT_THAT(unit_names(small_vgg(5), Granularity::kBlock),
              ElementsAre("stage1", "stage2", "stage3", "classifier"));
}

TEST(SmallVgg, GivesAScoreAClass) {
  FullPrecisionPass pass;
  const auto scores = small_vgg(5).forward({at::zeros({2, 3, 28, 28})}, pass).at(0);
  EXPECT_EQ(scores.sizes(), at::IntArrayRef({2, 5}));
}

TEST(ImageDenoising, PsnrIsOfTheMeanSquaredDifference) {
  const auto clean = at::zeros({3, 2, 2});
  EXPECT_NEAR(psnr_db(at::full({3, 2, 2}, 0.1), clean), 20, 1e-5);
  EXPECT_NEAR(psnr_db(at::full({3, 2, 2}, 0.5), clean), 6.0206, 1e-4);
  EXPECT_EQ(psnr_db(clean, clean), 100);
}

TEST(ImageDenoising, NoiseDependsOnTheSampleAndTheDrawAlone) {
  const auto clean = at::full({2, 3, 28, 28}, 0.5);
  const auto both = with_noise(clean, {3, 8}, 0);
  EXPECT_TRUE(both.slice(0, 1, 2).equal(with_noise(clean.slice(0, 0, 1), {8}, 0)));
  EXPECT_FALSE(both[0].equal(both[1]));
  EXPECT_FALSE(both.equal(with_noise(clean, {3, 8}, 1)));
}

TEST(ImageDenoising, NoiseHasItsDeviation) {
  std::vector<int64_t> ids(20);
  const auto noise = with_noise(at::zeros({20, 3, 28, 28}), ids, 0).slice(0, 0, 1);
  // Of 2352 numbers: standard errors of 0.1 / sqrt(2352) = 0.0021 and 0.1 / sqrt(4704) = 0.0015.
  EXPECT_NEAR(noise.mean().item<double>(), 0, 4 * 0.0021);
  EXPECT_NEAR(noise.std().item<double>(), 0.1, 4 * 0.0015);
}

TEST(Denoiser, KeepsTheShape) {
  FullPrecisionPass pass;
  const auto noise = denoiser().forward({at::zeros({2, 3, 9, 7})}, pass).at(0);
  EXPECT_EQ(noise.sizes(), at::IntArrayRef({2, 3, 9, 7}));
}

TEST(Registries, TakeAName) {
  register_method({"method_of_this_test", "a line", qdrop_refined_recipe, "2"});
  EXPECT_THAT(method_names(), Contains("method_of_this_test"));
  EXPECT_EQ(method_description("method_of_this_test"), "a line");
  EXPECT_EQ(make_recipe("method_of_this_test", {}).phases.size(), 2U);

  register_image_classifier({"model_of_this_test", "a line", small_vgg, "b"});
  EXPECT_THAT(model_names(), Contains("model_of_this_test"));
  EXPECT_EQ(method_version("method_of_this_test"), "2");
  EXPECT_EQ(model_version("model_of_this_test"), "b");
  EXPECT_EQ(method_version("qdrop") + model_version("resnet20") + model_version("bert_base"), "")
      << "built-in ones have none, so that their results keep their names";
  EXPECT_EQ(make_image_classifier("model_of_this_test", 5).outputs().size(), 1U);

  register_task_model({"task_model_of_this_test", "a line"});
  EXPECT_EQ(model_description("task_model_of_this_test"), "a line");

  register_task({"task_of_this_test", "a line", open_image_denoising, nullptr});
  EXPECT_EQ(task_description("task_of_this_test"), "a line");
}

TEST(Registries, RefuseANameThatIsTaken) {
  EXPECT_THROW(register_method({"qdrop", "", qdrop_refined_recipe}), std::logic_error);
  EXPECT_THROW(register_image_classifier({"resnet20", "", small_vgg}), std::logic_error);
  EXPECT_THROW(register_image_classifier({"bert_base", "", small_vgg}), std::logic_error);
  EXPECT_THROW(register_task_model({"retinanet_resnet50", ""}), std::logic_error);
  EXPECT_THROW(register_task({"image_classification", "", open_image_denoising, nullptr}),
               std::logic_error);
}

}  // namespace
}  // namespace ptqbench
