#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tasks/text/wordnet.h"

namespace ptqbench {

/// A gloss as the splits see it: ASCII letters in lower case, digits and non-ASCII bytes; every run
/// of anything else is one space. Glosses that differ only in the rest count as the same.
std::string normalised_gloss(const std::string& gloss);

/// The entries of split "train" (nine of ten) or "test" (one of ten), in an order that mixes the
/// classes. Split and order follow from the SHA-256 of the normalised gloss alone, so entries with
/// the same gloss are always in the same split, and adding entries moves no other. Throws
/// ConfigError for another split, IoError as read_wordnet.
std::vector<WordnetEntry> read_wordnet_split(const std::filesystem::path& root,
                                             const std::string& split);

}  // namespace ptqbench
