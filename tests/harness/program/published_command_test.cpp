#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/harness/program/program.h"

namespace ptqbench {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::ptqbench;

TEST(PublishedCommand, ListsWhatTheFiltersAllow) {
  const auto listed =
      ptqbench("published --paper qdrop --task imagenet --model mobilenet_v2 --format csv");
  EXPECT_EQ(listed.exit_code, 0) << listed.output;
  EXPECT_THAT(listed.output, HasSubstr("qdrop,qdrop_imagenet_paper,image_classification,imagenet,"
                                       "top1_accuracy,mobilenet_v2,qdrop,2,2,8.46,,primary,"));
  EXPECT_THAT(listed.output, Not(HasSubstr("resnet18,qdrop")));
  EXPECT_THAT(listed.output, Not(HasSubstr("coco")));
}

TEST(PublishedCommand, AnUnknownNameIsBadInput) {
  const auto refused = ptqbench("published --paper qdrup");
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.output, HasSubstr("nothing is published here for paper 'qdrup'; did you "
                                        "mean 'qdrop'?"));
  const auto nothing = ptqbench("published --paper qdrop --method adaround");
  EXPECT_EQ(nothing.exit_code, 2);
  EXPECT_THAT(nothing.output, HasSubstr("for all of these together"));
}

}  // namespace
}  // namespace ptqbench
