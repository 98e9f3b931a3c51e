#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/harness/program/program.h"

namespace ptqbench {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::ptqbench;
using testing::small_sweep;
using testing::TemporaryFolder;
using testing::write_image_folder;

TEST(SensitivityCommand, RanksTheUnitsAlikeOnAnyNumberOfRanks) {
  const TemporaryFolder folder;
  const auto config = folder.write("small.yaml", small_sweep());
  const std::string run = "sensitivity " + config + " --set evaluation.samples=50 --format csv";
  const auto alone = ptqbench(run + " 2>/dev/null");
  EXPECT_EQ(alone.exit_code, 0) << alone.output;
  // A header, and the units of ResNet-20 that have something to quantize.
  EXPECT_EQ(std::count(alone.output.begin(), alone.output.end(), '\n'), 12) << alone.output;
  EXPECT_THAT(alone.output,
              ContainsRegex(
                  "\nfashion_mnist,resnet20,w2a4,1,[a-z0-9.]+,[a-z0-9 ]+,top1_accuracy,[0-9.]+,"));
  EXPECT_THAT(alone.output, Not(HasSubstr("average pool")));
  EXPECT_EQ(ptqbench(run + " 2>/dev/null", 3).output, alone.output);
}

TEST(SensitivityCommand, NoSettingsOfOtherMethodsAreTaken) {
  const TemporaryFolder folder;
  auto sweep = small_sweep();
  const std::string methods = "methods: [nearest, adaround, brecq, qdrop]";
  const auto of = [&](const std::string& changed) {
    auto other = sweep;
    other.replace(other.find(methods), methods.size(), "methods: [" + changed + "]");
    const auto config = folder.write("small.yaml", other);
    return ptqbench("sensitivity " + config +
                    " --set evaluation.samples=20 --format csv 2>/dev/null")
        .output;
  };
  const std::string qdrop = "{name: qdrop, set: {first_last: none}}";
  EXPECT_EQ(of(qdrop + ", nearest"), of("nearest"));
  EXPECT_NE(of(qdrop), of("nearest")) << "without nearest the first method's settings count";
}

TEST(SensitivityCommand, BadInputIsSaidOnceByAllRanks) {
  const TemporaryFolder folder;
  const auto config = folder.write("small.yaml", small_sweep("sed: [1]\n"));
  const auto run = ptqbench("sensitivity " + config, 2);
  EXPECT_NE(run.exit_code, 0);
  const std::string message = "did you mean 'seeds'?";
  const auto first = run.output.find(message);
  ASSERT_NE(first, std::string::npos) << run.output;
  EXPECT_EQ(run.output.find(message, first + 1), std::string::npos) << run.output;

  const auto good = folder.write("good.yaml", small_sweep());
  const auto filter = ptqbench("sensitivity " + good + " --filter model=resnet2");
  EXPECT_EQ(filter.exit_code, 2);
  EXPECT_THAT(filter.output, HasSubstr("did you mean 'resnet20'?"));
  const auto too_many =
      ptqbench("sensitivity " + good + " --set settings.calibration_samples=60001");
  EXPECT_EQ(too_many.exit_code, 2);
  EXPECT_THAT(too_many.output, HasSubstr("60001"));
}

TEST(SensitivityCommand, WhatCannotBeMeasuredIsNamed) {
  const TemporaryFolder folder;
  write_image_folder(folder, "data");
  folder.write("data/test/c/2.jpg", "not a JPEG");
  auto sweep = small_sweep();
  const auto set = [&](const std::string& from, const std::string& to) {
    sweep.replace(sweep.find(from), from.size(), to);
  };
  set("dataset: fashion_mnist",
      "dataset: {name: image_folder, resize: 32, crop: 32, root: " + folder.at("data") + "}");
  set("calibration_samples: 16, range_samples: 16", "calibration_samples: 4, range_samples: 4");
  const auto run = ptqbench("sensitivity " + folder.write("small.yaml", sweep));
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, AllOf(HasSubstr("failed: image_folder resnet20 w2a4 full precision: "),
                                HasSubstr("failed: image_folder resnet20 w2a4 conv1: "),
                                HasSubstr("c/2.jpg"), Not(HasSubstr("nan"))));
}

}  // namespace
}  // namespace ptqbench
