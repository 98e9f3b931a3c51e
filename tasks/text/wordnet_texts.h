#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ptqbench {

/// What the training splits of WordNet's two tasks are written with, for building a vocabulary:
/// headword and gloss of each entry of the training split, and the wording of each question. Throws
/// as read_wordnet_split.
std::vector<std::string> wordnet_training_texts(const std::filesystem::path& root);

}  // namespace ptqbench
