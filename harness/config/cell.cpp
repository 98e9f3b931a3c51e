#include "harness/config/cell.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "harness/config/option_fields.h"
#include "harness/config/sweep.h"
#include "tasks/checkpoint/content_hash.h"

namespace ptqbench {
namespace {

template <class Options>
void append(OptionTexts& texts, const std::string& prefix, const Options& options) {
  for (auto& [name, text] : fingerprint_texts(options)) texts.emplace_back(prefix + name, text);
}

}  // namespace

OptionTexts canonical_settings(const Cell& cell) {
  OptionTexts texts = {{"task", cell.task.name},
                       {"model", cell.model},
                       {"weight_bits", option_text(cell.bits.weights)},
                       {"activation_bits", option_text(cell.bits.activations)},
                       {"method", cell.method},
                       {"seed", option_text(cell.seed)}};
  if (cell.bits.embeddings != 0 && cell.bits.embeddings != cell.bits.weights)
    texts.emplace_back("embedding_bits", option_text(cell.bits.embeddings));
  const auto choice = checkpoint_choice(cell.checkpoint_options);
  if (!choice.empty()) texts.emplace_back("checkpoint_choice", choice);
  if (!cell.labels.empty()) texts.emplace_back("labels", join(cell.labels));
  append(texts, "dataset.", cell.task.dataset);
  if (!cell.model_blocks.empty())
    texts.emplace_back("model.blocks", fmt::format("{}", fmt::join(cell.model_blocks, " ")));
  if (!cell.task.text.vocabulary.empty()) append(texts, "text.", cell.task.text);
  append(texts, "settings.", cell.settings);
  append(texts, "evaluation.", cell.evaluation);
  // Where the data lie decides nothing, and the number of classes is the checkpoint's.
  const auto decides_nothing = [](const auto& text) {
    return text.first == "dataset.root" || text.first == "dataset.label_file" ||
           text.first == "dataset.classes" || text.first == "text.vocabulary";
  };
  const auto of_detectors = [](const auto& text) {
    return text.first == "settings.quantize_heads";
  };
  texts.erase(std::remove_if(texts.begin(), texts.end(), decides_nothing), texts.end());
  if (cell.task.name != "object_detection")
    texts.erase(std::remove_if(texts.begin(), texts.end(), of_detectors), texts.end());
  std::sort(texts.begin(), texts.end());
  return texts;
}

SweepConfig sweep_of(const Cell& cell) {
  SweepConfig sweep;
  sweep.name = "cell";
  SweepModel model;
  model.name = cell.model;
  model.label = cell.model_label;
  model.config = cell.model_config;
  model.checkpoint = cell.checkpoint;
  model.checkpoint_options = cell.checkpoint_options;
  model.labels = cell.labels;
  model.blocks = cell.model_blocks;
  sweep.tasks = {{cell.task, {model}, {}, {}}};
  sweep.bits = {cell.bits};
  sweep.methods = {{cell.method, cell.method_label, {}}};
  sweep.seeds = {cell.seed};
  sweep.settings = cell.settings;
  sweep.evaluation = cell.evaluation;
  sweep.report = cell.report;
  sweep.calibration_ids = cell.calibration_ids;
  return sweep;
}

std::string checkpoint_choice(const CheckpointOptions& options) {
  if (options.entry.empty() && options.prefix.empty() && options.ignore.empty()) return "";
  return fmt::format("entry={} prefix={} ignore=[{}]", options.entry, options.prefix,
                     join(options.ignore));
}

ModelSpec model_spec(const Cell& cell) {
  ModelSpec spec;
  spec.name = cell.model;
  spec.config = cell.model_config;
  if (cell.model == kOnnxModel) spec.file = cell.checkpoint;
  spec.blocks = cell.model_blocks;
  return spec;
}

std::string cell_label(const Cell& cell) {
  return fmt::format("{} {} {} {} seed {}", cell.task.dataset.name, cell.model_label,
                     cell.bits.name(), cell.method_label, cell.seed);
}

std::string fingerprint_text(const Cell& cell, const InputHashes& hashes) {
  std::string text = fmt::format("result_format_version={}\n", kResultFormatVersion);
  for (const auto& [name, value] : canonical_settings(cell))
    text += fmt::format("{}={}\n", name, value);
  text += "checkpoint_sha256=" + hashes.checkpoint + "\n";
  if (!hashes.model_config.empty()) text += "model_config_sha256=" + hashes.model_config + "\n";
  text += "data_sha256=" + hashes.data + "\n";
  text += "calibration_ids_sha256=" + hashes.calibration_ids + "\n";
  for (const auto& [kind, version] : hashes.versions)
    text += fmt::format("{}_version={}\n", kind, version);
  return text;
}

std::string fingerprint(const Cell& cell, const InputHashes& hashes) {
  return sha256_text(fingerprint_text(cell, hashes));
}

}  // namespace ptqbench
