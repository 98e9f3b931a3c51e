#include "tasks/text/wordnet_questions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <unordered_set>
#include <utility>

#include "methods/random/philox.h"
#include "support/error.h"
#include "tasks/text/wordnet_split.h"

namespace ptqbench {
namespace {

constexpr size_t kEntriesOfContext = 4;
constexpr size_t kMaxHeadwordBytes = 24;
constexpr size_t kMaxGlossBytes = 60;

/// What a question is made of.
struct Item {
  std::string headword;
  std::string gloss;
};

/// The items of one category; questions take them in turn.
struct Pool {
  std::vector<Item> items;
  size_t next = 0;

  const Item& take() { return items[next++ % items.size()]; }
};

/// One a category.
using Pools = std::vector<Pool>;

/// Random numbers of one question.
class Draws {
 public:
  Draws(const std::string& split, int64_t question)
      : key_(stream_key(0, "wordnet_questions/" + split, RandomPurpose::kDataset)),
        question_(static_cast<uint32_t>(question)) {}

  int64_t below(int64_t bound) {
    return ptqbench::below(philox({question_, drawn_++, 0, 0}, key_)[0], bound);
  }

 private:
  std::array<uint32_t, 2> key_;
  uint32_t question_;
  uint32_t drawn_ = 0;
};

bool is_plain(const std::string& word) {
  return std::all_of(word.begin(), word.end(), [](char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == ' ' ||
           byte == '-' || byte == '\'';
  });
}

/// Colons and full stops are what tells entries apart.
bool is_suitable(const WordnetEntry& entry) {
  const std::string& headword = entry.words.front();
  const std::string& gloss = entry.gloss;
  return headword.size() <= kMaxHeadwordBytes && is_plain(headword) &&
         gloss.size() <= kMaxGlossBytes && gloss.find(' ') != std::string::npos &&
         gloss.find_first_of(":.") == std::string::npos;
}

/// Index of the category by lexicographer file; -1: none asks about it.
std::vector<int> category_of_class() {
  const auto& names = wordnet_class_names();
  const auto& categories = wordnet_question_categories();
  std::vector<int> category(names.size(), -1);
  for (size_t i = 0; i < categories.size(); ++i) {
    const auto found = std::find(names.begin(), names.end(), categories[i].lexicographer_file);
    category.at(static_cast<size_t>(found - names.begin())) = static_cast<int>(i);
  }
  return category;
}

/// Suitable entries of a split by category, without the headwords in `taken`.
Pools make_pools(const std::filesystem::path& root, const std::string& split,
                 const std::unordered_set<std::string>& taken) {
  const std::vector<int> category = category_of_class();
  Pools pools(wordnet_question_categories().size());
  for (auto& entry : read_wordnet_split(root, split)) {
    const int index = category[static_cast<size_t>(entry.lexicographer_file)];
    if (index < 0 || !is_suitable(entry)) continue;
    if (taken.count(normalised_gloss(entry.words.front())) != 0) continue;
    pools[static_cast<size_t>(index)].items.push_back(
        {std::move(entry.words.front()), std::move(entry.gloss)});
  }
  for (size_t i = 0; i < pools.size(); ++i) {
    if (!pools[i].items.empty()) continue;
    throw IoError(fmt::format("wordnet: '{}' has no entry for questions about {} in split '{}'",
                              root.string(), wordnet_question_categories()[i].lexicographer_file,
                              split));
  }
  return pools;
}

Pools pools_of_split(const std::filesystem::path& root, const std::string& split) {
  std::unordered_set<std::string> taken;
  if (split == "train") {
    for (const auto& pool : make_pools(root, "test", {})) {
      for (const auto& item : pool.items) taken.insert(normalised_gloss(item.headword));
    }
  }
  return make_pools(root, split, taken);
}

/// Whole numbers, so that every machine draws alike.
std::vector<int64_t> weights_of(const Pools& pools) {
  std::vector<int64_t> weights;
  for (const auto& pool : pools) {
    weights.push_back(std::llround(16 * std::sqrt(static_cast<double>(pool.items.size()))));
  }
  return weights;
}

/// In random order.
std::array<size_t, kEntriesOfContext> draw_categories(std::vector<int64_t> weights, Draws& draws) {
  std::array<size_t, kEntriesOfContext> drawn{};
  for (auto& category : drawn) {
    int64_t position = draws.below(std::accumulate(weights.begin(), weights.end(), int64_t{0}));
    category = 0;
    while (position >= weights[category]) position -= weights[category++];
    weights[category] = 0;
  }
  // Frequent categories tend to be drawn first, which would tell something of where they stand.
  for (size_t i = drawn.size() - 1; i > 0; --i) {
    std::swap(drawn[i], drawn[static_cast<size_t>(draws.below(static_cast<int64_t>(i) + 1))]);
  }
  return drawn;
}

/// The next item whose headword the context does not have yet; an item that is passed over waits
/// for the next round.
const Item& take_new(Pool& pool, const std::vector<const Item*>& context) {
  for (size_t i = 0; i < pool.items.size(); ++i) {
    const Item& item = pool.take();
    const bool known = std::any_of(context.begin(), context.end(), [&](const Item* other) {
      return other->headword == item.headword;
    });
    if (!known) return item;
  }
  return pool.take();
}

Question make_question(Pools& pools, const std::vector<int64_t>& weights, Draws draws) {
  const auto categories = draw_categories(weights, draws);
  const auto asked = static_cast<size_t>(draws.below(kEntriesOfContext));
  Question question;
  question.question = wordnet_question_about(wordnet_question_categories()[categories[asked]]);
  std::vector<const Item*> items;
  for (size_t i = 0; i < kEntriesOfContext; ++i) {
    const Item& item = take_new(pools[categories[i]], items);
    items.push_back(&item);
    if (i > 0) question.context += ' ';
    if (i == asked) {
      question.answers = {{item.headword, static_cast<int64_t>(question.context.size())}};
    }
    question.context += fmt::format("{}: {}.", item.headword, item.gloss);
  }
  return question;
}

}  // namespace

const std::vector<WordnetCategory>& wordnet_question_categories() {
  static const std::vector<WordnetCategory> categories = {
      {"noun.animal", "an animal"},
      {"noun.artifact", "a man-made object"},
      {"noun.body", "a part of the body"},
      {"noun.feeling", "a feeling"},
      {"noun.food", "a food or drink"},
      {"noun.group", "a group"},
      {"noun.location", "a place"},
      {"noun.person", "a person"},
      {"noun.plant", "a plant"},
      {"noun.possession", "money or property"},
      {"noun.quantity", "a quantity or unit"},
      {"noun.shape", "a shape"},
      {"noun.substance", "a substance"},
      {"noun.time", "a time or period"},
  };
  return categories;
}

std::string wordnet_question_about(const WordnetCategory& category) {
  return fmt::format("Which of these is {}?", category.phrase);
}

QuestionDataset wordnet_questions(const std::filesystem::path& root, const std::string& split) {
  Pools pools = pools_of_split(root, split);
  const std::vector<int64_t> weights = weights_of(pools);
  const int64_t count = split == "test" ? kWordnetTestQuestions : kWordnetTrainQuestions;
  QuestionDataset data;
  for (int64_t i = 0; i < count; ++i) {
    data.questions.push_back(make_question(pools, weights, Draws(split, i)));
    data.questions.back().id = fmt::format("{}-{}", split, i);
  }
  return data;
}

}  // namespace ptqbench
