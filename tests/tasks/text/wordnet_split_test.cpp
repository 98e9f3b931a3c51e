#include "tasks/text/wordnet_split.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "support/error.h"
#include "tasks/text/wordnet_gloss.h"
#include "tests/tasks/text/wordnet_files.h"

namespace ptqbench {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

bool wordnet_is_missing() {
  return !std::filesystem::exists(std::filesystem::path(wordnet_root()) / "data.noun");
}

TEST(NormalisedGloss, KeepsLettersAndDigitsOnly) {
  EXPECT_EQ(normalised_gloss("  (Greek) a 2-edged `knife';  USED "), "greek a 2 edged knife used");
  EXPECT_EQ(normalised_gloss("--"), "");
}

TEST(WordnetSplit, EntriesWithTheSameGlossStayTogether) {
  testing::TemporaryFolder folder;
  std::string nouns;
  for (int i = 0; i < 200; ++i) {
    nouns += fmt::format("1 05 n 01 w{} 0 000 | number {}\n", i, i);
    nouns += fmt::format("1 20 n 01 v{} 0 000 | (Number) {};\n", i, i);
  }
  testing::write_wordnet(folder, nouns);
  std::map<std::string, std::string> split_of;
  for (const std::string split : {"train", "test"}) {
    for (const auto& entry : read_wordnet_split(folder.path(), split)) {
      split_of[entry.words.front()] = split;
    }
  }
  EXPECT_EQ(split_of.size(), 403U);
  int tested = 0;
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(split_of[fmt::format("w{}", i)], split_of[fmt::format("v{}", i)]);
    tested += split_of[fmt::format("w{}", i)] == "test" ? 1 : 0;
  }
  // A tenth of 200, and four standard deviations around it.
  EXPECT_GT(tested, 3);
  EXPECT_LT(tested, 37);
}

TEST(WordnetSplit, OtherNamesAreRefused) {
  EXPECT_THAT([] { read_wordnet_split("anywhere", "tests"); },
              ThrowsMessage<ConfigError>(HasSubstr("'test'")));
}

TEST(WordnetGlosses, OfDebianHaveTheDocumentedSizes) {
  if (wordnet_is_missing()) GTEST_SKIP() << "wordnet-base is not installed";
  std::set<std::string> train;
  std::set<double> labels;
  const TextDataset training = wordnet_glosses(wordnet_root(), "train");
  for (const auto& example : training.examples) {
    train.insert(normalised_gloss(example.first));
    labels.insert(example.label);
  }
  EXPECT_EQ(training.examples.size(), 105816U);
  EXPECT_EQ(training.classes, 45);
  EXPECT_EQ(labels.size(), 45U);
  const TextDataset testing = wordnet_glosses(wordnet_root(), "test");
  EXPECT_EQ(testing.examples.size(), 11843U);
  for (const auto& example : testing.examples) {
    EXPECT_EQ(train.count(normalised_gloss(example.first)), 0U) << example.first;
  }
}

}  // namespace
}  // namespace ptqbench
