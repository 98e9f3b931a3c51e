#include "harness/config/cell.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/config/bit_widths.h"
#include "harness/config/option_fields.h"
#include "tasks/checkpoint/content_hash.h"

namespace ptqbench {
namespace {

template <class Options>
void append(OptionTexts& texts, const std::string& prefix, const Options& options) {
  for (auto& [name, text] : option_texts(options)) texts.emplace_back(prefix + name, text);
}

}  // namespace

OptionTexts canonical_settings(const Cell& cell) {
  OptionTexts texts = {{"task", cell.task},
                       {"model", cell.model},
                       {"weight_bits", option_text(cell.weight_bits)},
                       {"activation_bits", option_text(cell.activation_bits)},
                       {"method", cell.method},
                       {"seed", option_text(cell.seed)}};
  append(texts, "dataset.", cell.dataset);
  append(texts, "settings.", cell.settings);
  append(texts, "evaluation.", cell.evaluation);
  // Where the data lie decides nothing, and the number of classes is the checkpoint's.
  const auto decides_nothing = [](const auto& text) {
    return text.first == "dataset.root" || text.first == "dataset.label_file" ||
           text.first == "dataset.classes";
  };
  texts.erase(std::remove_if(texts.begin(), texts.end(), decides_nothing), texts.end());
  std::sort(texts.begin(), texts.end());
  return texts;
}

std::string cell_label(const Cell& cell) {
  const BitWidths bits{cell.weight_bits, cell.activation_bits};
  return fmt::format("{} {} {} seed {}", cell.model_label, bits.name(), cell.method_label,
                     cell.seed);
}

std::string fingerprint_text(const Cell& cell, const InputHashes& hashes) {
  std::string text = fmt::format("result_format_version={}\n", kResultFormatVersion);
  for (const auto& [name, value] : canonical_settings(cell))
    text += fmt::format("{}={}\n", name, value);
  text += "checkpoint_sha256=" + hashes.checkpoint + "\n";
  text += "data_sha256=" + hashes.data + "\n";
  text += "calibration_ids_sha256=" + hashes.calibration_ids + "\n";
  return text;
}

std::string fingerprint(const Cell& cell, const InputHashes& hashes) {
  return sha256_text(fingerprint_text(cell, hashes));
}

}  // namespace ptqbench
