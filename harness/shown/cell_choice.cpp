#include "harness/shown/cell_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <sstream>

#include "support/error.h"
#include "support/nearest_name.h"

namespace ptqbench {
namespace {

constexpr std::size_t kShortestPrefix = 4;
constexpr std::size_t kMostListed = 10;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// Lower-case words; `seed 1`, `seed=1` and `seed1` are one word, "seed 1".
std::vector<std::string> split_words(const std::string& text) {
  std::istringstream stream(lower(text));
  std::vector<std::string> words;
  for (std::string word; stream >> word;) {
    const bool after_seed = !words.empty() && words.back() == "seed";
    const bool is_number = word.find_first_not_of("0123456789") == std::string::npos;
    if (after_seed && is_number) {
      words.back() += " " + word;
    } else if (word.size() > 4 && word.compare(0, 4, "seed") == 0) {
      const auto digits = word.find_first_of("0123456789");
      words.push_back(digits == std::string::npos ? word : "seed " + word.substr(digits));
    } else {
      words.push_back(word);
    }
  }
  return words;
}

/// The words that mean this cell by its labels, which may consist of several.
std::set<std::string> label_words(const CellRecord& cell) {
  std::set<std::string> words = {fmt::format("seed {}", cell.seed)};
  for (const auto& text :
       {cell.task, cell.dataset, cell.model, bits_label(cell.bits), cell.method}) {
    for (const auto& word : split_words(text)) words.insert(word);
  }
  return words;
}

std::set<std::string> words_of(const CellRecord& cell) {
  auto words = label_words(cell);
  words.insert({lower(registered_model(cell)), lower(registered_method(cell))});
  return words;
}

bool starts_fingerprint(const CellRecord& cell, const std::string& word) {
  return word.size() >= kShortestPrefix && cell.fingerprint.compare(0, word.size(), word) == 0;
}

std::size_t matching_words(const CellRecord& cell, const std::vector<std::string>& words) {
  const auto own = words_of(cell);
  return static_cast<std::size_t>(
      std::count_if(words.begin(), words.end(), [&](const std::string& word) {
        return own.count(word) > 0 || starts_fingerprint(cell, word);
      }));
}

/// Those that have all words as labels, if there are any: a label may be another one's registered
/// name.
std::vector<const CellRecord*> prefer_labels(const std::vector<const CellRecord*>& cells,
                                             const std::vector<std::string>& words) {
  std::vector<const CellRecord*> preferred;
  for (const CellRecord* cell : cells) {
    const auto own = label_words(*cell);
    const bool all = std::all_of(words.begin(), words.end(),
                                 [&](const std::string& word) { return own.count(word) > 0; });
    if (all) preferred.push_back(cell);
  }
  return preferred.empty() ? cells : preferred;
}

std::string listed(const std::vector<const CellRecord*>& cells) {
  std::string text;
  const std::size_t shown = std::min(cells.size(), kMostListed);
  for (std::size_t i = 0; i < shown; ++i) {
    text += fmt::format("\n  {}  {} {} {} {} seed {}", cells[i]->fingerprint.substr(0, 12),
                        cells[i]->dataset, cells[i]->model, bits_label(cells[i]->bits),
                        cells[i]->method, cells[i]->seed);
  }
  if (cells.size() > shown) text += fmt::format("\n  ... and {} more", cells.size() - shown);
  return text;
}

/// "; no cell has 'qdorp', did you mean 'qdrop'?" for each word that no cell has.
std::string unknown_words(const std::vector<CellRecord>& cells,
                          const std::vector<std::string>& words) {
  std::set<std::string> known;
  for (const CellRecord& cell : cells) known.merge(words_of(cell));
  std::string text;
  for (const auto& word : words) {
    const bool found = std::any_of(cells.begin(), cells.end(), [&](const CellRecord& cell) {
      return matching_words(cell, {word}) > 0;
    });
    if (found) continue;
    const auto near = nearest_name(word, {known.begin(), known.end()});
    text += fmt::format("; no cell has '{}'{}", word,
                        near.empty() ? "" : ", did you mean '" + near + "'?");
  }
  return text;
}

}  // namespace

const CellRecord& choose_cell(const std::vector<CellRecord>& cells, const std::string& text) {
  if (cells.empty()) throw ConfigError("the run has no cells");
  const auto words = split_words(text);
  std::vector<std::size_t> scores;
  for (const CellRecord& cell : cells) scores.push_back(matching_words(cell, words));
  const auto best = *std::max_element(scores.begin(), scores.end());
  std::vector<const CellRecord*> nearest;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (scores[i] == best) nearest.push_back(&cells[i]);
  }
  if (best < words.size()) {
    throw ConfigError(fmt::format("no cell is '{}'{}; {}:{}", text, unknown_words(cells, words),
                                  best == 0 ? "there are" : "the nearest", listed(nearest)));
  }
  if (words.empty() && nearest.size() > 1) {
    throw ConfigError(
        fmt::format("say which of the {} cells is meant, by the beginning of its fingerprint or "
                    "words such as those behind it:{}",
                    nearest.size(), listed(nearest)));
  }
  if (nearest.size() > 1) nearest = prefer_labels(nearest, words);
  if (nearest.size() > 1) {
    throw ConfigError(
        fmt::format("'{}' may be any of {} cells:{}", text, nearest.size(), listed(nearest)));
  }
  return *nearest.front();
}

}  // namespace ptqbench
