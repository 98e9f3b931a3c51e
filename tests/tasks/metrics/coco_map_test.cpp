#include "tasks/metrics/coco_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/helpers/golden.h"

namespace ptqbench {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

void expect_reference(const std::string& set) {
  const auto truth = read_coco_annotations(testing::golden_file(set + "_annotations.json"));
  const auto detections =
      read_coco_detections(testing::golden_file(set + "_detections.json"), truth);
  const auto expected =
      nlohmann::json::parse(std::ifstream(testing::golden_file(set + "_expected.json")));
  const auto map = coco_map(truth, detections);
  const auto near = [&](double value, const char* name) {
    EXPECT_NEAR(value, expected.at(name).get<double>(), 1e-12) << name;
  };
  near(map.ap, "AP");
  near(map.ap50, "AP50");
  near(map.ap75, "AP75");
  near(map.ap_small, "AP_small");
  near(map.ap_medium, "AP_medium");
  near(map.ap_large, "AP_large");
  near(map.ar1, "AR1");
  near(map.ar10, "AR10");
  near(map.ar100, "AR100");
  near(map.ar_small, "AR_small");
  near(map.ar_medium, "AR_medium");
  near(map.ar_large, "AR_large");
}

TEST(CocoMap, FirstSetEqualsCocoeval) { expect_reference("coco_a"); }

TEST(CocoMap, SecondSetEqualsCocoeval) { expect_reference("coco_b"); }

/// Two images and two categories, with what the tests put into them.
class CocoMapCase : public ::testing::Test {
 protected:
  CocoMapCase() {
    truth.images = {{1, "1", {200, 200}}, {2, "2", {200, 200}}};
    truth.categories = {{7, "a"}, {3, "b"}};
  }

  void object(int64_t image, int64_t category, const CocoBox& box) {
    truth.objects.push_back({static_cast<int64_t>(truth.objects.size()), image, category, box,
                             box.width * box.height, false});
  }
  void crowd(int64_t image, int64_t category, const CocoBox& box) {
    object(image, category, box);
    truth.objects.back().crowd = true;
  }
  void detection(int64_t image, int64_t category, const CocoBox& box, double score) {
    detections.push_back({image, category, box, score});
  }
  CocoMap map() const { return coco_map(truth, detections); }

  CocoAnnotations truth;
  std::vector<CocoDetection> detections;
  const CocoBox box = {10, 10, 40, 40};
  const CocoBox other_box = {100, 100, 40, 40};
};

TEST_F(CocoMapCase, NothingToFindIsMinusOne) {
  detection(1, 3, box, 0.9);
  EXPECT_EQ(map().ap, -1);
  EXPECT_EQ(map().ar100, -1);
  EXPECT_THAT(map().category_ap, ElementsAre(-1, -1));
  truth = {};
  EXPECT_EQ(map().ap50, -1);
  EXPECT_TRUE(map().category_ap.empty());
}

TEST_F(CocoMapCase, NoDetectionsFindNothing) {
  object(1, 3, box);
  EXPECT_EQ(map().ap, 0);
  EXPECT_EQ(map().ar100, 0);
  EXPECT_EQ(map().ap_medium, 0);
  EXPECT_EQ(map().ap_small, -1);
  EXPECT_THAT(map().category_ap, ElementsAre(0, -1));
}

TEST_F(CocoMapCase, PerfectDetectionsScoreOne) {
  object(1, 3, box);
  object(2, 7, other_box);
  detection(2, 7, other_box, 0.5);
  detection(1, 3, box, 0.4);
  EXPECT_NEAR(map().ap, 1, 1e-12);
  EXPECT_NEAR(map().ar1, 1, 1e-12);
  EXPECT_THAT(map().category_ap, ElementsAre(DoubleNear(1, 1e-12), DoubleNear(1, 1e-12)));
}

TEST_F(CocoMapCase, PrecisionIsThatOfTheRanking) {
  // Right, wrong, right: precision 1 up to a recall of one half, then 2/3.
  object(1, 3, box);
  object(2, 3, box);
  detection(1, 3, box, 0.9);
  detection(1, 3, other_box, 0.8);
  detection(2, 3, box, 0.7);
  EXPECT_NEAR(map().ap, (51 + 50 * 2.0 / 3) / 101, 1e-12);
  EXPECT_NEAR(map().ar1, 1, 1e-12);
  // As good as the first: the order of the images decides, then that of the detections.
  for (auto& one : detections) one.score = 0.5;
  EXPECT_NEAR(map().ap, (51 + 50 * 2.0 / 3) / 101, 1e-12);
  std::swap(detections[0], detections[1]);
  EXPECT_NEAR(map().ap, 2.0 / 3, 1e-12);
}

TEST_F(CocoMapCase, AnObjectIsFoundOnce) {
  object(1, 3, box);
  detection(1, 3, box, 0.9);
  detection(1, 3, box, 0.8);
  object(2, 3, box);
  detection(2, 3, box, 0.1);
  EXPECT_NEAR(map().ap, (51 + 50 * 2.0 / 3) / 101, 1e-12);
}

TEST_F(CocoMapCase, ThresholdsDecideWhatIsFound) {
  // An intersection of 40 x 30 of a union of 40 x 40: .75.
  object(1, 3, box);
  detection(1, 3, {10, 10, 40, 30}, 0.9);
  EXPECT_NEAR(map().ap50, 1, 1e-12);
  EXPECT_NEAR(map().ap75, 1, 1e-12);
  EXPECT_NEAR(map().ap, 0.6, 1e-12);
  EXPECT_NEAR(map().ar100, 0.6, 1e-12);
}

TEST_F(CocoMapCase, RecallIsLimitedByTheDetectionsOfEachImage) {
  for (int i = 0; i < 20; ++i) object(1, 3, {i * 10.0, 0, 5, 5});
  for (int i = 0; i < 20; ++i) detection(1, 3, {i * 10.0, 0, 5, 5}, 0.9 - i * 0.01);
  EXPECT_NEAR(map().ar1, 0.05, 1e-12);
  EXPECT_NEAR(map().ar10, 0.5, 1e-12);
  EXPECT_NEAR(map().ar100, 1, 1e-12);
}

TEST_F(CocoMapCase, MoreThanAHundredDetectionsDoNotCount) {
  object(1, 3, box);
  for (int i = 0; i < 100; ++i) detection(1, 3, other_box, 0.9);
  detection(1, 3, box, 0.8);
  EXPECT_EQ(map().ar100, 0);
}

TEST_F(CocoMapCase, CrowdsAloneAreNothingToFind) {
  crowd(1, 3, box);
  detection(1, 3, box, 0.9);
  EXPECT_EQ(map().ap, -1);
}

TEST_F(CocoMapCase, DetectionsInACrowdDoNotCount) {
  crowd(1, 3, {100, 100, 90, 90});
  object(1, 3, box);
  // Each small within the crowd, so with an intersection over union of a few percent.
  detection(1, 3, {110, 110, 20, 20}, 0.9);
  detection(1, 3, {150, 150, 20, 20}, 0.8);
  detection(1, 3, box, 0.7);
  EXPECT_NEAR(map().ap, 1, 1e-12);
  // Half of it lies outside.
  detection(1, 3, {180, 110, 20, 20}, 0.95);
  EXPECT_NEAR(map().ap50, 1, 1e-12);
  EXPECT_NEAR(map().ap75, 0.5, 1e-12);
}

TEST_F(CocoMapCase, ObjectsOfAnotherSizeCountNeitherWay) {
  object(1, 3, {0, 0, 20, 20});
  object(1, 3, {50, 50, 100, 100});
  detection(1, 3, {50, 50, 100, 100}, 0.9);
  detection(1, 3, {0, 0, 20, 20}, 0.8);
  detection(2, 3, {0, 0, 50, 50}, 0.95);
  EXPECT_NEAR(map().ap_small, 1, 1e-12);
  EXPECT_EQ(map().ap_medium, -1);
  EXPECT_NEAR(map().ap_large, 1, 1e-12);
  EXPECT_NEAR(map().ap, (51 * 2.0 / 3 + 50 * 2.0 / 3) / 101, 1e-12);
}

TEST_F(CocoMapCase, TheAnnotatedAreaIsWhatCounts) {
  object(1, 3, box);
  truth.objects.back().area = 900;
  detection(1, 3, box, 0.9);
  EXPECT_NEAR(map().ap_small, 1, 1e-12);
  EXPECT_EQ(map().ap_medium, -1);
}

TEST_F(CocoMapCase, BoundsOfSizesBelongToBoth) {
  object(1, 3, {0, 0, 32, 32});
  detection(1, 3, {0, 0, 32, 32}, 0.9);
  EXPECT_NEAR(map().ap_small, 1, 1e-12);
  EXPECT_NEAR(map().ap_medium, 1, 1e-12);
}

TEST_F(CocoMapCase, BoxesWithoutAreaAreNeverFound) {
  object(1, 3, {10, 10, 0, 20});
  detection(1, 3, {10, 10, 0, 20}, 0.9);
  EXPECT_EQ(map().ap, 0);
  EXPECT_EQ(map().ar100, 0);
  crowd(1, 3, {50, 50, 40, 40});
  detection(1, 3, {60, 60, 0, 0}, 0.9);
  EXPECT_EQ(map().ap, 0);
}

TEST_F(CocoMapCase, DetectionsOfUnknownImagesAndCategoriesDoNotCount) {
  object(1, 3, box);
  detection(1, 3, box, 0.5);
  detection(9, 3, box, 0.9);
  detection(1, 9, box, 0.9);
  EXPECT_NEAR(map().ap, 1, 1e-12);
}

TEST_F(CocoMapCase, FiguresAreMeansOverTheCategoriesWithObjects) {
  object(1, 3, box);
  object(1, 7, box);
  truth.categories.push_back({1, "none"});
  detection(1, 7, box, 0.9);
  EXPECT_NEAR(map().ap, 0.5, 1e-12);
  EXPECT_THAT(map().category_ap, ElementsAre(-1, 0, DoubleNear(1, 1e-12)));
}

}  // namespace
}  // namespace ptqbench
