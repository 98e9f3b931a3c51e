// Prints what bags of words reach on the two WordNet tasks: the figures of docs/wordnet.md that a
// network is held against, and how long the texts are in tokens of the shipped vocabulary.
// Usage: wordnet_baseline [ROOT]

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

#include "tasks/text/encode.h"
#include "tasks/text/wordnet_gloss.h"
#include "tasks/text/wordnet_questions.h"
#include "tasks/text/wordnet_split.h"

namespace ptqbench {
namespace {

struct Labelled {
  std::string text;
  int64_t label = 0;
};

/// Numbers the words of training texts; unknown words have none.
class Words {
 public:
  std::vector<size_t> learn(const std::string& text) {
    return numbers(text, [this](const std::string& word) {
      return static_cast<int64_t>(known_.emplace(word, known_.size()).first->second);
    });
  }
  std::vector<size_t> find(const std::string& text) const {
    return numbers(text, [this](const std::string& word) {
      const auto found = known_.find(word);
      return found == known_.end() ? int64_t{-1} : static_cast<int64_t>(found->second);
    });
  }
  size_t size() const { return known_.size(); }

 private:
  template <typename Number>
  static std::vector<size_t> numbers(const std::string& text, Number number) {
    std::istringstream stream(normalised_gloss(text));
    std::vector<size_t> bag;
    for (std::string word; stream >> word;) {
      const int64_t found = number(word);
      if (found >= 0) bag.push_back(static_cast<size_t>(found));
    }
    std::sort(bag.begin(), bag.end());
    bag.erase(std::unique(bag.begin(), bag.end()), bag.end());
    return bag;
  }

  std::unordered_map<std::string, size_t> known_;
};

struct Example {
  std::vector<size_t> words;
  size_t label = 0;
};

/// Log probabilities up to a constant: a bias and a sum over the words that are there.
struct Linear {
  size_t classes = 0;
  std::vector<float> bias;
  std::vector<float> weights;

  Linear(size_t words, size_t count)
      : classes(count), bias(count, 0.F), weights(words * count, 0.F) {}

  std::vector<float> scores(const std::vector<size_t>& words) const {
    std::vector<float> sum = bias;
    for (const size_t word : words) {
      for (size_t c = 0; c < classes; ++c) sum[c] += weights[word * classes + c];
    }
    return sum;
  }
};

/// Multinomial naive Bayes over the words that occur, with additive smoothing of 0.1.
Linear naive_bayes(const std::vector<Example>& examples, size_t words, size_t classes) {
  constexpr double kSmoothing = 0.1;
  Linear model(words, classes);
  std::vector<double> counts(words * classes, kSmoothing);
  std::vector<double> totals(classes, kSmoothing * static_cast<double>(words));
  std::vector<double> prior(classes, 1e-9);
  for (const auto& example : examples) {
    prior[example.label] += 1;
    for (const size_t word : example.words) {
      counts[word * classes + example.label] += 1;
      totals[example.label] += 1;
    }
  }
  for (size_t c = 0; c < classes; ++c) model.bias[c] = static_cast<float>(std::log(prior[c]));
  for (size_t i = 0; i < counts.size(); ++i) {
    model.weights[i] = static_cast<float>(std::log(counts[i] / totals[i % classes]));
  }
  return model;
}

std::vector<float> log_softmax(std::vector<float> scores) {
  const float largest = *std::max_element(scores.begin(), scores.end());
  float sum = 0;
  for (const float score : scores) sum += std::exp(score - largest);
  for (float& score : scores) score -= largest + std::log(sum);
  return scores;
}

/// Multinomial logistic regression by stochastic gradient descent with AdaGrad (Duchi et al. 2011),
/// one example at a time in the order given, which mixes the classes.
class LogisticRegression {
 public:
  LogisticRegression(size_t words, size_t classes)
      : model_(words, classes), squares_(words, classes) {}

  void epoch(const std::vector<Example>& examples, size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      std::vector<float> gradient = log_softmax(model_.scores(examples[i].words));
      for (float& value : gradient) value = std::exp(value);
      gradient[examples[i].label] -= 1;
      descend(gradient, model_.bias.data(), squares_.bias.data());
      for (const size_t word : examples[i].words) {
        descend(gradient, &model_.weights[word * model_.classes],
                &squares_.weights[word * model_.classes]);
      }
    }
  }
  const Linear& model() const { return model_; }

 private:
  void descend(const std::vector<float>& gradient, float* weights, float* squares) const {
    constexpr float kRate = 0.2F;
    for (size_t c = 0; c < model_.classes; ++c) {
      squares[c] += gradient[c] * gradient[c];
      weights[c] -= kRate * gradient[c] / std::sqrt(squares[c] + 1e-8F);
    }
  }

  Linear model_;
  Linear squares_;
};

double accuracy(const Linear& model, const std::vector<Example>& examples, size_t begin,
                size_t end) {
  int64_t right = 0;
  for (size_t i = begin; i < end; ++i) {
    const std::vector<float> scores = model.scores(examples[i].words);
    const auto best = std::max_element(scores.begin(), scores.end()) - scores.begin();
    right += static_cast<size_t>(best) == examples[i].label ? 1 : 0;
  }
  return 100.0 * static_cast<double>(right) / static_cast<double>(end - begin);
}

/// The number of epochs is the one that is best for a tenth of the training examples held out.
Linear logistic_regression(const std::vector<Example>& examples, size_t words, size_t classes) {
  constexpr int kMaxEpochs = 15;
  const size_t kept = examples.size() / 10 * 9;
  int epochs = 0;
  double best = 0;
  LogisticRegression trial(words, classes);
  for (int epoch = 1; epoch <= kMaxEpochs; ++epoch) {
    trial.epoch(examples, 0, kept);
    const double reached = accuracy(trial.model(), examples, kept, examples.size());
    if (reached <= best) continue;
    best = reached;
    epochs = epoch;
  }
  LogisticRegression final(words, classes);
  for (int epoch = 0; epoch < epochs; ++epoch) final.epoch(examples, 0, examples.size());
  fmt::print("  ({} epochs; {:.2f} on held-out training examples)\n", epochs, best);
  return final.model();
}

double majority(const std::vector<Example>& train, const std::vector<Example>& test,
                size_t classes) {
  std::vector<int64_t> counts(classes, 0);
  for (const auto& example : train) ++counts[example.label];
  const auto largest =
      static_cast<size_t>(std::max_element(counts.begin(), counts.end()) - counts.begin());
  const auto hits =
      std::count_if(test.begin(), test.end(), [&](const Example& e) { return e.label == largest; });
  return 100.0 * static_cast<double>(hits) / static_cast<double>(test.size());
}

void report_glosses(const std::string& root) {
  const TextDataset train_data = wordnet_glosses(root, "train");
  const TextDataset test_data = wordnet_glosses(root, "test");
  const auto classes = static_cast<size_t>(train_data.classes);
  Words words;
  std::vector<Example> train;
  std::vector<Example> test;
  for (const auto& example : train_data.examples) {
    train.push_back({words.learn(example.first), static_cast<size_t>(example.label)});
  }
  for (const auto& example : test_data.examples) {
    test.push_back({words.find(example.first), static_cast<size_t>(example.label)});
  }
  fmt::print("wordnet_gloss: {} train, {} test, {} words\n", train.size(), test.size(),
             words.size());
  fmt::print("  majority class       {:.2f}\n", majority(train, test, classes));
  const Linear bayes = naive_bayes(train, words.size(), classes);
  fmt::print("  naive Bayes          {:.2f}\n", accuracy(bayes, test, 0, test.size()));
  const Linear regression = logistic_regression(train, words.size(), classes);
  fmt::print("  logistic regression  {:.2f}\n", accuracy(regression, test, 0, test.size()));
}

struct Entry {
  std::string headword;
  std::string gloss;
  int64_t start = 0;
};

std::vector<Entry> entries_of(const std::string& context) {
  static const std::regex headword("(^|\\. )([A-Za-z' -]{1,24}): ");
  std::vector<Entry> entries;
  for (std::sregex_iterator i(context.begin(), context.end(), headword), end; i != end; ++i) {
    entries.push_back({(*i)[2].str(), "", i->position(2)});
  }
  for (size_t i = 0; i < entries.size(); ++i) {
    const auto begin = static_cast<size_t>(entries[i].start) + entries[i].headword.size() + 2;
    const auto end =
        i + 1 < entries.size() ? static_cast<size_t>(entries[i + 1].start) : context.size();
    entries[i].gloss = context.substr(begin, context.rfind('.', end - 1) - begin);
  }
  return entries;
}

using Part = std::string (*)(const Entry&);

/// Learns from the entries that are answers what the entries of a category look like, and answers
/// with the entry that is most probably of the category. Exact match in percent.
double answer_questions(const QuestionDataset& train, const QuestionDataset& test, Part part) {
  Words words;
  std::map<std::string, size_t> categories;
  std::vector<Example> examples;
  for (const auto& question : train.questions) {
    const size_t category = categories.emplace(question.question, categories.size()).first->second;
    for (const auto& entry : entries_of(question.context)) {
      if (entry.start != question.answers.front().start) continue;
      examples.push_back({words.learn(part(entry)), category});
    }
  }
  const Linear model = naive_bayes(examples, words.size(), categories.size());
  int64_t right = 0;
  for (const auto& question : test.questions) {
    const auto entries = entries_of(question.context);
    const auto probability = [&](const Entry& entry) {
      return log_softmax(model.scores(words.find(part(entry))))[categories.at(question.question)];
    };
    const auto best = std::max_element(
        entries.begin(), entries.end(),
        [&](const Entry& a, const Entry& b) { return probability(a) < probability(b); });
    right += best->headword == question.answers.front().text ? 1 : 0;
  }
  return 100.0 * static_cast<double>(right) / static_cast<double>(test.questions.size());
}

/// Distinct entries of all contexts.
size_t count_entries(const QuestionDataset& data) {
  std::set<std::string> entries;
  for (const auto& question : data.questions) {
    for (const auto& entry : entries_of(question.context)) {
      entries.insert(entry.headword + ": " + entry.gloss);
    }
  }
  return entries.size();
}

void report_questions(const std::string& root) {
  const QuestionDataset train = wordnet_questions(root, "train");
  const QuestionDataset test = wordnet_questions(root, "test");
  fmt::print("wordnet_questions: {} train of {} entries, {} test of {}\n", train.questions.size(),
             count_entries(train), test.questions.size(), count_entries(test));
  fmt::print("  exact match of naive Bayes, one entry at a time\n");
  const auto print = [&](const char* name, Part part) {
    fmt::print("  {:<20} {:.2f}\n", name, answer_questions(train, test, part));
  };
  print("headword alone", [](const Entry& entry) { return entry.headword; });
  print("gloss alone", [](const Entry& entry) { return entry.gloss; });
  print("headword and gloss",
        [](const Entry& entry) { return entry.headword + " " + entry.gloss; });
}

void print_lengths(const char* name, std::vector<int64_t> lengths) {
  std::sort(lengths.begin(), lengths.end());
  const auto quantile = [&](double share) {
    return lengths[static_cast<size_t>(share * static_cast<double>(lengths.size() - 1))];
  };
  const double sum =
      static_cast<double>(std::accumulate(lengths.begin(), lengths.end(), int64_t{0}));
  fmt::print("  {:<20} mean {:.1f}, 99 % up to {}, 99.9 % up to {}, longest {}\n", name,
             sum / static_cast<double>(lengths.size()), quantile(0.99), quantile(0.999),
             lengths.back());
}

void report_lengths(const std::string& root) {
  constexpr int64_t kUnlimited = 1000000;
  const WordPieceTokenizer tokenizer(
      read_vocabulary(PTQBENCH_SOURCE_DIR "/configs/checkpoints/wordnet_vocab.txt"),
      Casing::kLower);
  fmt::print("tokens of the training splits\n");
  std::vector<int64_t> glosses;
  for (const auto& example : wordnet_glosses(root, "train").examples) {
    glosses.push_back(encode(tokenizer, example.first, "", kUnlimited).size());
  }
  print_lengths("wordnet_gloss", std::move(glosses));
  std::vector<int64_t> questions;
  for (const auto& question : wordnet_questions(root, "train").questions) {
    questions.push_back(encode(tokenizer, question.question, question.context, kUnlimited).size());
  }
  print_lengths("wordnet_questions", std::move(questions));
}

}  // namespace
}  // namespace ptqbench

int main(int argc, char** argv) {
  const std::string root = argc > 1 ? argv[1] : ptqbench::wordnet_root();
  ptqbench::report_glosses(root);
  ptqbench::report_questions(root);
  ptqbench::report_lengths(root);
  return 0;
}
