#include "tasks/text/vocabulary_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <queue>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "support/atomic_file.h"
#include "support/error.h"

namespace ptqbench {
namespace {

constexpr const char* kInside = "##";
constexpr size_t kInsideBytes = 2;

using Piece = uint32_t;
using Pair = std::pair<Piece, Piece>;

struct PairHash {
  size_t operator()(const Pair& pair) const {
    return std::hash<uint64_t>()((uint64_t{pair.first} << 32) | pair.second);
  }
};

/// A word as the pieces it is made of so far.
struct CountedWord {
  std::vector<Piece> pieces;
  int64_t count = 0;
};

/// Sorted, so that nothing depends on hashes.
std::map<std::u32string, int64_t> count_words(const std::vector<std::string>& texts,
                                              Casing casing) {
  std::map<std::u32string, int64_t> counts;
  for (const auto& text : texts) {
    for (const auto& word : basic_tokens(text, casing)) {
      std::u32string characters;
      for (const auto& character : word) characters += character.value;
      ++counts[characters];
    }
  }
  return counts;
}

/// Words in pieces, and how often which pieces are neighbours.
class Merging {
 public:
  explicit Merging(const std::map<std::u32string, int64_t>& counts) {
    add_characters(counts);
    for (const auto& [characters, count] : counts) {
      CountedWord word;
      word.count = count;
      for (const char32_t character : characters) {
        std::string text = word.pieces.empty() ? "" : kInside;
        append_utf8(text, character);
        word.pieces.push_back(piece(text));
      }
      words_.push_back(std::move(word));
    }
    std::set<Pair> pairs;
    for (size_t word = 0; word < words_.size(); ++word) count_pairs(word, +1, pairs);
    for (const auto& pair : pairs) queue(pair);
  }

  /// Characters first, then merged pieces in the order they were made.
  const std::vector<std::string>& pieces() const { return texts_; }

  /// Makes one piece of the most frequent pair. False when no pair occurs twice.
  bool merge() {
    while (!queue_.empty()) {
      const Candidate best = queue_.top();
      queue_.pop();
      const auto known = pairs_.find(best.pair);
      // Counts that changed since were queued anew.
      if (known == pairs_.end() || known->second.count != best.count) continue;
      if (best.count < 2) return false;
      merge(best.pair);
      return true;
    }
    return false;
  }

 private:
  struct Neighbours {
    int64_t count = 0;
    /// Words that have the pair, or had it.
    std::vector<size_t> words;
  };
  struct Candidate {
    int64_t count;
    std::string left;
    std::string right;
    Pair pair;

    bool operator<(const Candidate& other) const {
      if (count != other.count) return count < other.count;
      return std::tie(left, right) > std::tie(other.left, other.right);
    }
  };

  void add_characters(const std::map<std::u32string, int64_t>& counts) {
    std::set<char32_t> characters;
    for (const auto& [word, count] : counts) characters.insert(word.begin(), word.end());
    for (const std::string prefix : {"", kInside}) {
      for (const char32_t character : characters) {
        if (!prefix.empty() && is_punctuation(character)) continue;
        std::string text = prefix;
        append_utf8(text, character);
        piece(text);
      }
    }
  }

  /// Number of a piece; different merges may lead to the same one.
  Piece piece(const std::string& text) {
    const auto [found, added] = ids_.emplace(text, static_cast<Piece>(texts_.size()));
    if (added) texts_.push_back(text);
    return found->second;
  }

  void count_pairs(size_t index, int sign, std::set<Pair>& changed) {
    const CountedWord& word = words_[index];
    for (size_t i = 0; i + 1 < word.pieces.size(); ++i) {
      const Pair pair{word.pieces[i], word.pieces[i + 1]};
      Neighbours& neighbours = pairs_[pair];
      neighbours.count += sign * word.count;
      if (sign > 0 && (neighbours.words.empty() || neighbours.words.back() != index)) {
        neighbours.words.push_back(index);
      }
      changed.insert(pair);
    }
  }

  void queue(const Pair& pair) {
    const int64_t count = pairs_.at(pair).count;
    if (count > 0) queue_.push({count, texts_[pair.first], texts_[pair.second], pair});
  }

  void merge(const Pair& pair) {
    const Piece merged = piece(texts_[pair.first] + texts_[pair.second].substr(kInsideBytes));
    std::vector<size_t> words = std::move(pairs_.at(pair).words);
    std::sort(words.begin(), words.end());
    words.erase(std::unique(words.begin(), words.end()), words.end());
    std::set<Pair> changed;
    for (const size_t word : words) {
      count_pairs(word, -1, changed);
      replace(words_[word].pieces, pair, merged);
      count_pairs(word, +1, changed);
    }
    pairs_.erase(pair);
    changed.erase(pair);
    for (const auto& other : changed) queue(other);
  }

  static void replace(std::vector<Piece>& pieces, const Pair& pair, Piece merged) {
    size_t end = 0;
    for (size_t i = 0; i < pieces.size(); ++i, ++end) {
      const bool match =
          i + 1 < pieces.size() && pieces[i] == pair.first && pieces[i + 1] == pair.second;
      pieces[end] = match ? merged : pieces[i];
      if (match) ++i;
    }
    pieces.resize(end);
  }

  std::vector<std::string> texts_;
  std::unordered_map<std::string, Piece> ids_;
  std::vector<CountedWord> words_;
  std::unordered_map<Pair, Neighbours, PairHash> pairs_;
  std::priority_queue<Candidate> queue_;
};

}  // namespace

std::vector<std::string> build_vocabulary(const std::vector<std::string>& texts, int64_t size,
                                          Casing casing) {
  std::vector<std::string> tokens = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
  Merging merging(count_words(texts, casing));
  const size_t least = tokens.size() + merging.pieces().size();
  if (size < static_cast<int64_t>(least)) {
    throw ConfigError(fmt::format(
        "a vocabulary of {} tokens has no room for {} special tokens and {} pieces of one "
        "character; expected at least {}",
        size, tokens.size(), merging.pieces().size(), least));
  }
  const size_t wanted = static_cast<size_t>(size) - tokens.size();
  while (merging.pieces().size() < wanted && merging.merge()) {
  }
  tokens.insert(tokens.end(), merging.pieces().begin(), merging.pieces().end());
  return tokens;
}

void write_vocabulary(const std::filesystem::path& path, const std::vector<std::string>& tokens) {
  std::string lines;
  for (const auto& token : tokens) lines += token + "\n";
  AtomicFile file(path);
  file.write(lines.data(), lines.size());
  file.commit();
}

}  // namespace ptqbench
