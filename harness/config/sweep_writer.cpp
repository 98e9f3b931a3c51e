#include <yaml-cpp/yaml.h>

#include "harness/config/config_path.h"
#include "harness/config/sweep.h"

namespace ptqbench {
namespace {

/// Texts are quoted where YAML would otherwise read something else; numbers stay plain.
void emit_value(YAML::Emitter& yaml, const std::vector<double>& values) {
  yaml << YAML::Flow << YAML::BeginSeq;
  for (const double value : values) yaml << option_text(value);
  yaml << YAML::EndSeq;
}

template <class Value>
void emit_value(YAML::Emitter& yaml, const Value& value) {
  yaml << option_text(value);
}

template <class Options>
void emit_options(YAML::Emitter& yaml, const Options& options) {
  for (const auto& field : Options::fields()) {
    yaml << YAML::Key << field.name << YAML::Value;
    std::visit([&](auto member) { emit_value(yaml, options.*member); }, field.member);
  }
}

/// Some fields of the options.
template <class Options>
void emit_changes(YAML::Emitter& yaml, const std::string& key, const OptionTexts& changes) {
  Options options;
  for (const auto& [name, text] : changes) assign_option(options, name, text);
  yaml << YAML::Key << key << YAML::Value << YAML::Flow << YAML::BeginMap;
  for (const auto& change : changes) {
    for (const auto& field : Options::fields()) {
      if (field.name != change.first) continue;
      yaml << YAML::Key << field.name << YAML::Value;
      std::visit([&](auto member) { emit_value(yaml, options.*member); }, field.member);
    }
  }
  yaml << YAML::EndMap;
}

void emit_model(YAML::Emitter& yaml, const SweepModel& model) {
  yaml << YAML::BeginMap << YAML::Key << "name" << YAML::Value << model.name;
  yaml << YAML::Key << "label" << YAML::Value << model.label;
  if (!model.config.empty())
    yaml << YAML::Key << "config" << YAML::Value << escape_variables(model.config.string());
  if (!model.checkpoint.empty()) {
    yaml << YAML::Key << (model.name == kOnnxModel ? "file" : "checkpoint") << YAML::Value
         << escape_variables(model.checkpoint.string());
  }
  if (!model.blocks.empty()) {
    yaml << YAML::Key << "blocks" << YAML::Value << YAML::Flow << YAML::BeginSeq;
    for (const auto& pattern : model.blocks) yaml << YAML::DoubleQuoted << pattern;
    yaml << YAML::EndSeq;
  }
  const auto& options = model.checkpoint_options;
  if (!options.entry.empty())
    yaml << YAML::Key << "checkpoint_entry" << YAML::Value << YAML::DoubleQuoted << options.entry;
  if (!options.prefix.empty())
    yaml << YAML::Key << "prefix" << YAML::Value << YAML::DoubleQuoted << options.prefix;
  if (!options.ignore.empty()) {
    yaml << YAML::Key << "ignore" << YAML::Value << YAML::BeginSeq;
    for (const auto& pattern : options.ignore) yaml << YAML::DoubleQuoted << pattern;
    yaml << YAML::EndSeq;
  }
  if (!model.labels.empty()) {
    yaml << YAML::Key << "labels" << YAML::Value << YAML::Flow << YAML::BeginSeq;
    for (const auto& label : model.labels) yaml << YAML::DoubleQuoted << label;
    yaml << YAML::EndSeq;
  }
  if (model.expected) {
    yaml << YAML::Key << "expected" << YAML::Value << option_text(*model.expected);
    yaml << YAML::Key << "expected_samples" << YAML::Value << model.expected_samples;
  }
  if (model.full_precision_tolerance) {
    yaml << YAML::Key << "full_precision_tolerance" << YAML::Value
         << option_text(*model.full_precision_tolerance);
  }
  yaml << YAML::EndMap;
}

void emit_method(YAML::Emitter& yaml, const SweepMethod& method) {
  yaml << YAML::BeginMap << YAML::Key << "name" << YAML::Value << method.name;
  yaml << YAML::Key << "label" << YAML::Value << method.label;
  if (!method.set.empty()) emit_changes<MethodSettings>(yaml, "set", method.set);
  yaml << YAML::EndMap;
}

void emit_bits(YAML::Emitter& yaml, const std::vector<BitWidths>& bits) {
  yaml << YAML::Flow << YAML::BeginSeq;
  for (const auto& each : bits) yaml << each.name();
  yaml << YAML::EndSeq;
}

template <class Values>
void emit_list(YAML::Emitter& yaml, const std::string& key, const Values& values) {
  yaml << YAML::Key << key << YAML::Value << YAML::Flow << values;
}

void emit_override(YAML::Emitter& yaml, const SweepOverride& change) {
  yaml << YAML::BeginMap << YAML::Key << "when" << YAML::Value << YAML::BeginMap;
  if (!change.when.datasets.empty()) emit_list(yaml, "dataset", change.when.datasets);
  if (!change.when.models.empty()) emit_list(yaml, "model", change.when.models);
  if (!change.when.methods.empty()) emit_list(yaml, "method", change.when.methods);
  if (!change.when.bits.empty()) {
    yaml << YAML::Key << "bits" << YAML::Value;
    emit_bits(yaml, change.when.bits);
  }
  if (!change.when.seeds.empty()) emit_list(yaml, "seed", change.when.seeds);
  yaml << YAML::EndMap;
  emit_changes<MethodSettings>(yaml, "set", change.set);
  yaml << YAML::EndMap;
}

template <class Entries, class EmitOne>
void emit_entries(YAML::Emitter& yaml, const std::string& key, const Entries& entries,
                  EmitOne emit_one) {
  if (entries.empty()) return;
  yaml << YAML::Key << key << YAML::Value << YAML::BeginSeq;
  for (const auto& entry : entries) emit_one(yaml, entry);
  yaml << YAML::EndSeq;
}

template <class Options>
void emit_section(YAML::Emitter& yaml, const std::string& key, const Options& options) {
  yaml << YAML::Key << key << YAML::Value << YAML::BeginMap;
  emit_options(yaml, options);
  yaml << YAML::EndMap;
}

void emit_calibration_ids(YAML::Emitter& yaml, const std::filesystem::path& file) {
  yaml << YAML::Key << "calibration_ids" << YAML::Value << escape_variables(file.string());
}

void emit_task(YAML::Emitter& yaml, const SweepTask& task) {
  auto dataset = task.options.dataset;
  dataset.root = escape_variables(dataset.root);
  dataset.label_file = escape_variables(dataset.label_file);
  yaml << YAML::BeginMap << YAML::Key << "task" << YAML::Value << task.options.name;
  emit_section(yaml, "dataset", dataset);
  if (!task.options.text.vocabulary.empty()) {
    auto text = task.options.text;
    text.vocabulary = escape_variables(text.vocabulary);
    emit_section(yaml, "text", text);
  }
  emit_entries(yaml, "models", task.models, emit_model);
  if (!task.report.empty()) emit_changes<ReportOptions>(yaml, "report", task.report);
  if (!task.calibration_ids.empty()) emit_calibration_ids(yaml, task.calibration_ids);
  yaml << YAML::EndMap;
}

}  // namespace

std::string resolved_yaml(const SweepConfig& sweep) {
  YAML::Emitter yaml;
  yaml << YAML::BeginMap;
  yaml << YAML::Key << "name" << YAML::Value << sweep.name;
  emit_entries(yaml, "tasks", sweep.tasks, emit_task);
  yaml << YAML::Key << "bits" << YAML::Value;
  emit_bits(yaml, sweep.bits);
  emit_entries(yaml, "methods", sweep.methods, emit_method);
  emit_list(yaml, "seeds", sweep.seeds);
  emit_section(yaml, "settings", sweep.settings);
  emit_entries(yaml, "overrides", sweep.overrides, emit_override);
  emit_section(yaml, "evaluation", sweep.evaluation);
  emit_section(yaml, "report", sweep.report);
  if (!sweep.calibration_ids.empty()) emit_calibration_ids(yaml, sweep.calibration_ids);
  yaml << YAML::Key << "threads" << YAML::Value << sweep.threads;
  yaml << YAML::Key << "device" << YAML::Value << sweep.device.device;
  if (sweep.device.device != "cpu")
    yaml << YAML::Key << "ranks_per_gpu" << YAML::Value << sweep.device.ranks_per_gpu;
  yaml << YAML::Key << "devices_per_cell" << YAML::Value << sweep.device.devices_per_cell;
  yaml << YAML::Key << "retries" << YAML::Value << sweep.retries;
  yaml << YAML::Key << "crash_limit" << YAML::Value << sweep.crash_limit;
  yaml << YAML::Key << "memory_budget" << YAML::Value << sweep.memory_budget;
  if (!sweep.cache.empty()) {
    yaml << YAML::Key << "cache" << YAML::Value << escape_variables(sweep.cache.string());
  }
  yaml << YAML::Key << "full_precision_tolerance" << YAML::Value
       << option_text(sweep.full_precision_tolerance);
  yaml << YAML::Key << "on_full_precision_mismatch" << YAML::Value
       << on_mismatch_name(sweep.on_full_precision_mismatch);
  if (!sweep.reproduces.empty()) emit_list(yaml, "reproduces", sweep.reproduces);
  yaml << YAML::EndMap;
  return std::string(yaml.c_str()) + "\n";
}

}  // namespace ptqbench
