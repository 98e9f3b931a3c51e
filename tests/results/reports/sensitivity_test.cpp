#include "results/reports/sensitivity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace ptqbench {
namespace {

using ::testing::ElementsAre;

SensitivityTable example() {
  return {"cifar10",
          "resnet20",
          "w2a2",
          "top1_accuracy",
          true,
          94,
          {{"conv1", "conv 3x3", 93, 10},
           {"layer1", "block", 80.5, 12.34},
           {"layer2", "block", 93, 9},
           {"linear", "linear", 94.25, INFINITY}}};
}

std::vector<std::string> order(const SensitivityTable& table) {
  std::vector<std::string> names;
  for (const auto& unit : ranked_units(table)) names.push_back(unit.unit);
  return names;
}

TEST(Sensitivity, TheWorstUnitComesFirst) {
  EXPECT_THAT(order(example()), ElementsAre("layer1", "layer2", "conv1", "linear"));
}

TEST(Sensitivity, WhereLowerIsBetterTheHighestMetricIsTheWorst) {
  auto table = example();
  table.higher_is_better = false;
  EXPECT_THAT(order(table), ElementsAre("linear", "layer2", "conv1", "layer1"));
  EXPECT_EQ(metric_drop(table, table.units[1]), -13.5);
}

TEST(Sensitivity, UnitsThatAreAlikeKeepTheirOrder) {
  auto table = example();
  for (auto& unit : table.units) {
    unit.metric = 94;
    unit.decibels = kNotMeasured;
  }
  EXPECT_THAT(order(table), ElementsAre("conv1", "layer1", "layer2", "linear"));
}

TEST(Sensitivity, IsPrintedForATerminal) {
  EXPECT_EQ(
      render_sensitivity_console({example(), example()}).substr(0, 375),
      "cifar10 resnet20 w2a2: top1_accuracy 94.00 in full precision; one unit quantized at a time\n"
      "rank  unit    kind      top1_accuracy   drop  noise dB\n"
      "   1  layer1  block             80.50  13.50      12.3\n"
      "   2  layer2  block             93.00   1.00       9.0\n"
      "   3  conv1   conv 3x3          93.00   1.00      10.0\n"
      "   4  linear  linear            94.25  -0.25       inf\n"
      "\ncifar10 ");
}

TEST(Sensitivity, AModelOfWhichNothingIsQuantizedHasNoUnits) {
  auto table = example();
  table.units.clear();
  EXPECT_EQ(
      render_sensitivity_console({table}),
      "cifar10 resnet20 w2a2: top1_accuracy 94.00 in full precision; one unit quantized at a time\n"
      "nothing is quantized at these bits\n");
}

TEST(Sensitivity, IsWrittenAsCommaSeparatedValues) {
  auto table = example();
  table.units.resize(2);
  table.units[0].decibels = kNotMeasured;
  EXPECT_EQ(render_sensitivity_csv({table}),
            "dataset,model,bits,rank,unit,kind,metric_name,full_precision,metric,drop,noise_db\n"
            "cifar10,resnet20,w2a2,1,layer1,block,top1_accuracy,94,80.5,13.5,12.34\n"
            "cifar10,resnet20,w2a2,2,conv1,conv 3x3,top1_accuracy,94,93,1,\n");
}

}  // namespace
}  // namespace ptqbench
