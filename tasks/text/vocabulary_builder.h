#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tasks/text/basic_tokens.h"

namespace ptqbench {

/// The tokens of a WordPiece vocabulary for texts like `texts`, `size` of them or fewer when the
/// texts have no more to give: [PAD], [UNK], [CLS], [SEP] and [MASK]; every character of the texts,
/// alone and, unless it is punctuation, as "##" and the character; then the pieces of words that
/// merging makes, in the order of merging.
///
/// Merging is that of byte-pair encoding (Sennrich et al.: Neural machine translation of rare words
/// with subword units, ACL 2016, arXiv:1508.07909, section 3.2) over the words of basic
/// tokenization: all words begin as characters, and again and again the pair of neighbouring pieces
/// that is most frequent becomes one piece; equal frequencies in alphabetical order of the pair, so
/// that the same texts always give the same vocabulary. A pair that occurs once is not merged. The
/// pieces that are left out are not the ones that lower the likelihood of the texts least, as in
/// Schuster and Nakajima: Japanese and Korean voice search, ICASSP 2012, but the rarest.
///
/// Throws ConfigError when `size` has no room for the special tokens and the characters.
std::vector<std::string> build_vocabulary(const std::vector<std::string>& texts, int64_t size,
                                          Casing casing);

/// Writes a `vocab.txt` that read_vocabulary reads: one token a line. Throws IoError when it cannot
/// be written; then a file that was there is unharmed.
void write_vocabulary(const std::filesystem::path& path, const std::vector<std::string>& tokens);

}  // namespace ptqbench
