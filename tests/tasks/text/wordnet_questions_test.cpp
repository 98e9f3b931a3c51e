#include "tasks/text/wordnet_questions.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "support/error.h"
#include "tasks/text/encode.h"
#include "tasks/text/wordnet_split.h"
#include "tests/tasks/text/wordnet_files.h"

namespace ptqbench {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

/// A small dictionary: 600 entries of the first category, 60 of each other, with headword "animal
/// aa" and gloss "animal of kind 0", "animal of kind 1", ...
std::string small_dictionary() {
  std::string lines;
  int count = 600;
  for (const auto& category : wordnet_question_categories()) {
    const auto& names = wordnet_class_names();
    const auto file = std::find(names.begin(), names.end(), category.lexicographer_file);
    const std::string name = category.lexicographer_file.substr(5);
    for (int i = 0; i < count; ++i) {
      lines +=
          fmt::format("1 {:02} n 01 {}_{}{} 0 000 | {} of kind {}\n", file - names.begin(), name,
                      static_cast<char>('a' + i / 26), static_cast<char>('a' + i % 26), name, i);
    }
    count = 60;
  }
  return lines;
}

std::vector<std::string> headwords(const std::string& context) {
  std::vector<std::string> words;
  size_t start = 0;
  for (size_t colon = context.find(": "); colon != std::string::npos;) {
    words.push_back(context.substr(start, colon - start));
    const size_t stop = context.find(". ", colon);
    if (stop == std::string::npos) break;
    start = stop + 2;
    colon = context.find(": ", start);
  }
  return words;
}

class SmallQuestions : public ::testing::Test {
 protected:
  void SetUp() override { testing::write_wordnet(folder_, small_dictionary()); }

  testing::TemporaryFolder folder_;
};

TEST_F(SmallQuestions, AskForTheOneEntryOfACategory) {
  std::map<std::string, std::string> name_of;
  for (const auto& category : wordnet_question_categories()) {
    name_of[wordnet_question_about(category)] = category.lexicographer_file.substr(5);
  }
  const QuestionDataset data = wordnet_questions(folder_.path(), "test");
  EXPECT_FALSE(data.may_be_unanswerable);
  ASSERT_EQ(data.questions.size(), static_cast<size_t>(kWordnetTestQuestions));
  std::set<std::string> ids;
  for (const auto& question : data.questions) {
    ids.insert(question.id);
    ASSERT_EQ(question.answers.size(), 1U);
    const Answer& answer = question.answers.front();
    EXPECT_EQ(question.context.substr(answer.start, answer.text.size() + 2), answer.text + ": ");
    const std::string& name = name_of.at(question.question);
    EXPECT_EQ(answer.text.substr(0, name.size()), name);
    std::set<std::string> categories;
    for (const auto& word : headwords(question.context)) {
      categories.insert(word.substr(0, word.find(' ')));
    }
    EXPECT_EQ(categories.size(), 4U) << question.context;
  }
  EXPECT_EQ(ids.size(), data.questions.size());
}

TEST_F(SmallQuestions, AreTheSameEveryTime) {
  EXPECT_EQ(content_key(wordnet_questions(folder_.path(), "test")),
            content_key(wordnet_questions(folder_.path(), "test")));
}

TEST_F(SmallQuestions, OfEachKindHaveTheirAnswersInAllPositionsAlike) {
  std::map<std::string, std::array<double, 4>> counts;
  for (const auto& question : wordnet_questions(folder_.path(), "train").questions) {
    const auto words = headwords(question.context);
    const auto found = std::find(words.begin(), words.end(), question.answers.front().text);
    ++counts[question.question].at(static_cast<size_t>(found - words.begin()));
  }
  EXPECT_EQ(counts.size(), wordnet_question_categories().size());
  for (const auto& [question, positions] : counts) {
    const double expected = std::accumulate(positions.begin(), positions.end(), 0.0) / 4;
    // Four standard deviations of a binomial distribution.
    for (const double count : positions) {
      EXPECT_NEAR(count, expected, 4 * std::sqrt(expected * 0.75)) << question;
    }
  }
}

TEST_F(SmallQuestions, SplitsShareNeitherEntriesNorHeadwords) {
  std::set<std::string> training;
  for (const auto& question : wordnet_questions(folder_.path(), "train").questions) {
    for (const auto& word : headwords(question.context)) training.insert(word);
  }
  size_t tested = 0;
  for (const auto& question : wordnet_questions(folder_.path(), "test").questions) {
    for (const auto& word : headwords(question.context)) {
      EXPECT_EQ(training.count(word), 0U) << word;
      ++tested;
    }
  }
  EXPECT_EQ(tested, 4U * static_cast<size_t>(kWordnetTestQuestions));
}

TEST(WordnetQuestions, NeedEntriesOfEveryCategory) {
  testing::TemporaryFolder folder;
  testing::write_wordnet(folder, "1 05 n 01 plover 0 000 | any bird\n");
  EXPECT_THAT([&] { wordnet_questions(folder.path(), "train"); },
              ThrowsMessage<IoError>(HasSubstr("has no entry for questions about noun.")));
}

TEST(WordnetQuestions, OfDebianShareNoHeadwordBetweenSplits) {
  if (!std::filesystem::exists(std::filesystem::path(wordnet_root()) / "data.noun")) {
    GTEST_SKIP() << "wordnet-base is not installed";
  }
  std::set<std::string> training;
  const QuestionDataset train = wordnet_questions(wordnet_root(), "train");
  EXPECT_EQ(train.questions.size(), static_cast<size_t>(kWordnetTrainQuestions));
  for (const auto& question : train.questions) {
    training.insert(normalised_gloss(question.answers.front().text));
  }
  for (const auto& question : wordnet_questions(wordnet_root(), "test").questions) {
    EXPECT_EQ(training.count(normalised_gloss(question.answers.front().text)), 0U);
    EXPECT_LE(question.context.size(), 4U * (24 + 2 + 60 + 2));
  }
}

TEST(WordnetQuestions, OfDebianFitNinetySixTokensOfTheShippedVocabulary) {
  if (!std::filesystem::exists(std::filesystem::path(wordnet_root()) / "data.noun")) {
    GTEST_SKIP() << "wordnet-base is not installed";
  }
  const WordPieceTokenizer tokenizer(
      read_vocabulary(PTQBENCH_SOURCE_DIR "/configs/checkpoints/wordnet_vocab.txt"),
      Casing::kLower);
  EXPECT_EQ(tokenizer.vocabulary().size(), 8000);
  const QuestionDataset data = wordnet_questions(wordnet_root(), "test");
  size_t fitting = 0;
  for (const auto& question : data.questions) {
    const Encoding encoding = encode(tokenizer, question.question, question.context, 1000);
    fitting += encoding.size() <= 96 ? 1 : 0;
    for (const auto& token : encoding.tokens) {
      EXPECT_NE(token.id, tokenizer.vocabulary().unknown()) << question.context;
    }
  }
  EXPECT_GE(static_cast<double>(fitting), 0.99 * static_cast<double>(data.questions.size()));
}

}  // namespace
}  // namespace ptqbench
