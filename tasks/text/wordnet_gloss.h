#pragma once

#include <filesystem>
#include <string>

#include "tasks/text/text_dataset.h"

namespace ptqbench {

/// Text classification on WordNet: the gloss of an entry, without the words that it explains;
/// predict the lexicographer file, one of the 45 wordnet_class_names(). Splits and order are those
/// of read_wordnet_split; of WordNet 3.0 in Debian's wordnet-base "train" has 105,816 examples and
/// "test" 11,843. The largest class, adj.all, has 13 % of them. Throws as read_wordnet_split.
TextDataset wordnet_glosses(const std::filesystem::path& root, const std::string& split);

}  // namespace ptqbench
