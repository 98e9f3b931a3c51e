#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ptqbench {

/// A text, or a pair of texts, and what is to be predicted from it.
struct TextExample {
  std::string first;
  /// Empty: a single text.
  std::string second;
  /// The class, from 0; for regression the number itself.
  double label = 0;
};

/// One split of a labelled text data set, UTF-8.
struct TextDataset {
  std::vector<TextExample> examples;
  /// 0: regression.
  int64_t classes = 0;
  /// What was left out or let pass in reading, a sentence each with a count.
  std::vector<std::string> notes;
};

/// SHA-256 (hex) of all texts and labels, in order.
std::string content_key(const TextDataset& data);

}  // namespace ptqbench
