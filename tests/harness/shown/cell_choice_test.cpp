#include "harness/shown/cell_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/error.h"

namespace ptqbench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::ThrowsMessage;

CellRecord cell(const std::string& fingerprint, const std::string& model, const std::string& method,
                int64_t seed) {
  CellRecord record;
  record.fingerprint = fingerprint + std::string(64 - fingerprint.size(), '0');
  record.task = "image_classification";
  record.dataset = "cifar10";
  record.model = model;
  record.method = method;
  record.bits = {2, 4};
  record.seed = seed;
  return record;
}

std::vector<CellRecord> cells() {
  std::vector<CellRecord> all = {
      cell("aaaa1", "resnet20", "qdrop", 1), cell("aaaa2", "resnet20", "qdrop", 2),
      cell("bbbb1", "resnet20", "nearest", 1), cell("bbbb2", "My Net", "nearest", 1),
      cell("cccc1", "resnet20", "half", 1)};
  all[2].dataset = "fashion_mnist";
  all[3].registered_model = "mobilenet_v2";
  all[4].registered_method = "qdrop";
  return all;
}

std::string chosen(const std::string& words) {
  const auto all = cells();
  return choose_cell(all, words).fingerprint.substr(0, 5);
}

TEST(ChooseCell, ByTheBeginningOfItsFingerprint) {
  EXPECT_EQ(chosen("bbbb2"), "bbbb2");
  EXPECT_EQ(chosen("BBBB2000"), "bbbb2");
}

TEST(ChooseCell, WithoutAWordItSaysWhatToSay) {
  const auto all = cells();
  EXPECT_THAT([&] { choose_cell(all, ""); },
              ThrowsMessage<ConfigError>(AllOf(HasSubstr("say which of the 5 cells is meant"),
                                               HasSubstr("aaaa1"), Not(HasSubstr("''")))));
}

TEST(ChooseCell, ByWordsInAnyOrderAndCase) {
  EXPECT_EQ(chosen("resnet20 w2a4 nearest seed 1"), "bbbb1");
  EXPECT_EQ(chosen("seed=2 QDROP"), "aaaa2");
  EXPECT_EQ(chosen("seed2"), "aaaa2");
  EXPECT_EQ(chosen("my net"), "bbbb2");
  EXPECT_EQ(chosen("fashion_mnist nearest"), "bbbb1");
  EXPECT_EQ(chosen("mobilenet_v2"), "bbbb2");
}

TEST(ChooseCell, ALabelGoesBeforeARegisteredName) {
  EXPECT_EQ(chosen("qdrop seed 1"), "aaaa1");
  EXPECT_EQ(chosen("half"), "cccc1");
}

TEST(ChooseCell, SeveralAreListed) {
  EXPECT_THAT([] { chosen("nearest"); },
              ThrowsMessage<ConfigError>(
                  AllOf(HasSubstr("'nearest' may be any of 2 cells:"),
                        HasSubstr("\n  bbbb10000000  fashion_mnist resnet20 w2a4 nearest seed 1"),
                        HasSubstr("\n  bbbb20000000  cifar10 My Net w2a4 nearest seed 1"))));
  EXPECT_THAT([] { chosen("aaaa"); }, ThrowsMessage<ConfigError>(HasSubstr("any of 2 cells")));
}

TEST(ChooseCell, OfNoneTheNearestAreListed) {
  EXPECT_THAT([] { chosen("resnet20 qdorp seed 2"); },
              ThrowsMessage<ConfigError>(
                  AllOf(HasSubstr("no cell is 'resnet20 qdorp seed 2'"),
                        HasSubstr("no cell has 'qdorp', did you mean 'qdrop'?"),
                        HasSubstr("resnet20 w2a4 qdrop seed 2"), Not(HasSubstr("nearest seed")))));
  // Every word is known, but not in one cell.
  EXPECT_THAT(
      [] { chosen("nearest seed 2"); },
      ThrowsMessage<ConfigError>(AllOf(HasSubstr("no cell is 'nearest seed 2'; the nearest:"))));
  EXPECT_THAT([] { chosen("aaa"); }, ThrowsMessage<ConfigError>(HasSubstr("no cell has 'aaa'")));
  EXPECT_THAT([] { choose_cell({}, "x"); }, ThrowsMessage<ConfigError>(HasSubstr("no cells")));
}

}  // namespace
}  // namespace ptqbench
