#include "tasks/text/wordnet_gloss.h"

#include <utility>

#include "tasks/text/wordnet_split.h"

namespace ptqbench {

TextDataset wordnet_glosses(const std::filesystem::path& root, const std::string& split) {
  TextDataset data;
  data.classes = static_cast<int64_t>(wordnet_class_names().size());
  for (auto& entry : read_wordnet_split(root, split)) {
    data.examples.push_back(
        {std::move(entry.gloss), "", static_cast<double>(entry.lexicographer_file)});
  }
  return data;
}

}  // namespace ptqbench
