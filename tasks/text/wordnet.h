#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "support/data_folder.h"

namespace ptqbench {

/// Where its files lie: those brought along (PTQBENCH_DATA), else those of Debian's package
/// wordnet-base.
inline std::string wordnet_root() { return data_folder("wordnet", "/usr/share/wordnet"); }

/// One entry of the dictionary: words that mean the same, and what they mean.
struct WordnetEntry {
  /// The first is the headword. Words of a compound are separated by spaces.
  std::vector<std::string> words;
  /// The definition. Example sentences are left out: quotations that a `;`, `:` or `,` separates
  /// from it, and what follows them. Where WordNet 3.0 has no separator, fewer than ten times, the
  /// quotation stays.
  std::string gloss;
  /// The lexicographer file, an index of wordnet_class_names().
  int64_t lexicographer_file = 0;
};

/// The 45 lexicographer files, "adj.all" to "adj.ppl", as lexnames(5WN) numbers them.
const std::vector<std::string>& wordnet_class_names();

/// All entries of data.noun, data.verb, data.adj and data.adv in `root`, in this order. Source:
/// Fellbaum (ed.): WordNet, an electronic lexical database, 1998; format: wndb(5WN). Throws IoError
/// naming the package when a file is missing, and file and line when a line is not as expected.
std::vector<WordnetEntry> read_wordnet(const std::filesystem::path& root);

}  // namespace ptqbench
