#include <fmt/format.h>

#include <algorithm>

#include "harness/config/config_name.h"
#include "harness/config/config_path.h"
#include "harness/config/memory_size.h"
#include "harness/config/sweep.h"
#include "harness/config/task_reader.h"
#include "harness/config/yaml_file.h"

namespace ptqbench {
namespace {

/// Reads the sections of a sweep. Lists come before the overrides that refer to them.
class SweepReader {
 public:
  SweepReader(const KnownNames& known, const LoadOptions& options)
      : known_(known), options_(options) {}

  SweepConfig read(const YamlReader& root) {
    YamlMapReader map(root);
    if (const auto name = map.required("name")) sweep_.name = read_config_name(*name);
    if (const auto tasks = map.optional("tasks")) {
      read_tasks(*tasks);
    } else {
      sweep_.tasks.push_back(read_task(map));
    }
    if (const auto bits = map.required("bits")) read_bits(*bits);
    if (const auto methods = map.required("methods")) read_methods(*methods);
    sweep_.seeds = {1};
    if (const auto seeds = map.optional("seeds")) read_seeds(*seeds);
    if (const auto settings = map.optional("settings")) read_section(*settings, sweep_.settings);
    if (const auto overrides = map.optional("overrides")) read_overrides(*overrides);
    if (const auto evaluation = map.optional("evaluation"))
      read_section(*evaluation, sweep_.evaluation);
    if (const auto report = map.optional("report")) read_section(*report, sweep_.report);
    if (const auto ids = map.optional("calibration_ids")) sweep_.calibration_ids = read_file(*ids);
    if (const auto threads = map.optional("threads")) {
      sweep_.threads = threads->integer({0, 1024}).value_or(0);
    }
    read_device(map);
    if (const auto retries = map.optional("retries")) {
      sweep_.retries = retries->integer({0, 100}).value_or(sweep_.retries);
    }
    if (const auto limit = map.optional("crash_limit")) {
      sweep_.crash_limit = limit->integer({1, 1000}).value_or(sweep_.crash_limit);
    }
    if (const auto budget = map.optional("memory_budget")) read_memory_budget(*budget);
    if (const auto cache = map.optional("cache")) {
      sweep_.cache = read_path(*cache, missing(&MissingInputs::data));
      for (auto& task : sweep_.tasks) task.options.cache = sweep_.cache;
    }
    if (const auto tolerance = map.optional("full_precision_tolerance")) {
      sweep_.full_precision_tolerance =
          tolerance->number({0}).value_or(sweep_.full_precision_tolerance);
    }
    if (const auto mismatch = map.optional("on_full_precision_mismatch")) {
      if (const auto action = mismatch->choice("action", on_mismatch_names()))
        sweep_.on_full_precision_mismatch = on_mismatch_from_name(*action);
    }
    if (const auto reproduces = map.optional("reproduces")) read_reproduces(*reproduces);
    map.reject_unknown_keys("settings", field_names<MethodSettings>());
    return std::move(sweep_);
  }

 private:
  void read_tasks(const YamlReader& reader) {
    for (const auto& item : at_least_one(reader)) {
      YamlMapReader map(item);
      SweepTask task = read_task(map);
      if (const auto report = map.optional("report"))
        task.report = read_changes<ReportOptions>(*report);
      if (const auto ids = map.optional("calibration_ids")) task.calibration_ids = read_file(*ids);
      sweep_.tasks.push_back(std::move(task));
      map.reject_unknown_keys();
    }
  }

  /// The keys of a task, in a list of tasks or in the sweep itself.
  SweepTask read_task(YamlMapReader& map) const {
    SweepTask task;
    task.options = read_task_options(map, known_, missing(&MissingInputs::data));
    if (const auto models = map.required("models")) task.models = read_models(*models);
    return task;
  }

  template <class Options>
  static std::vector<std::string> read_section(const YamlReader& reader, Options& options) {
    YamlMapReader map(reader);
    auto given = read_options(map, options);
    map.reject_unknown_keys();
    return given;
  }

  /// Some fields of the options.
  template <class Options>
  static OptionTexts read_changes(const YamlReader& reader) {
    Options options;
    OptionTexts changes;
    const auto given = read_section(reader, options);
    for (const auto& text : option_texts(options)) {
      if (std::count(given.begin(), given.end(), text.first) > 0) changes.push_back(text);
    }
    return changes;
  }

  static std::vector<YamlReader> at_least_one(const YamlReader& list) {
    auto items = list.items();
    if (items.empty() && (list.is(YamlValue::Kind::kList) || list.is(YamlValue::Kind::kNull))) {
      list.problem("expected at least one");
    }
    return items;
  }

  /// A list of names, or of maps with a name, a label and what `read_more` reads. Labels, by
  /// default the names, tell rows and filters apart, so they are unique.
  template <class Entry, class ReadMore>
  static void read_entries(const YamlReader& reader, const std::string& kind,
                           const std::vector<std::string>& valid, std::vector<Entry>& entries,
                           ReadMore read_more) {
    for (const auto& item : at_least_one(reader)) {
      Entry entry;
      if (item.is(YamlValue::Kind::kScalar)) {
        entry.name = item.choice(kind, valid).value_or("");
        entry.label = entry.name;
      } else {
        YamlMapReader map(item);
        if (const auto name = map.required("name")) {
          entry.name = name->choice(kind, valid).value_or("");
        }
        entry.label = entry.name;
        if (const auto label = map.optional("label")) entry.label = read_config_label(*label);
        read_more(map, entry);
        map.reject_unknown_keys();
      }
      const auto same = [&](const Entry& other) { return other.label == entry.label; };
      if (!entry.label.empty() && std::any_of(entries.begin(), entries.end(), same)) {
        item.problem("the label " + ptqbench::quoted(entry.label) +
                     " is used twice; give each its own 'label'");
      }
      entries.push_back(std::move(entry));
    }
  }

  std::vector<SweepModel> read_models(const YamlReader& reader) const {
    std::vector<SweepModel> models;
    read_entries(reader, "model", known_.models, models,
                 [&](YamlMapReader& map, SweepModel& model) {
                   if (const auto config = map.optional("config"))
                     model.config = read_file(*config);
                   read_weights(map, model);
                   if (const auto labels = map.optional("labels")) read_labels(*labels, model);
                   read_expectation(map, model);
                 });
    return models;
  }

  static void read_checkpoint_options(YamlMapReader& map, CheckpointOptions& options) {
    if (const auto entry = map.optional("checkpoint_entry"))
      options.entry = entry->text().value_or("");
    if (const auto prefix = map.optional("prefix")) options.prefix = prefix->text().value_or("");
    if (const auto ignore = map.optional("ignore")) {
      for (const auto& item : ignore->one_or_more())
        options.ignore.push_back(item.text().value_or(""));
    }
  }

  static void read_labels(const YamlReader& reader, SweepModel& model) {
    for (const auto& item : at_least_one(reader)) {
      const auto label = item.text();
      if (!label) continue;
      if (std::count(model.labels.begin(), model.labels.end(), *label) > 0)
        item.problem(ptqbench::quoted(*label) + " is listed twice");
      model.labels.push_back(*label);
    }
  }

  /// A checkpoint, or of an ONNX model the file that is network and weights.
  void read_weights(YamlMapReader& map, SweepModel& model) const {
    if (model.name != kOnnxModel) {
      if (const auto file = map.optional("checkpoint")) model.checkpoint = read_file(*file);
      read_checkpoint_options(map, model.checkpoint_options);
      return;
    }
    if (const auto file = map.required("file")) model.checkpoint = read_file(*file);
    const auto blocks = map.optional("blocks");
    if (!blocks) return;
    for (const auto& item : blocks->one_or_more()) {
      if (const auto pattern = item.text()) model.blocks.push_back(*pattern);
    }
    if (model.blocks == std::vector<std::string>{"auto"}) model.blocks.clear();
  }

  std::vector<SweepModel> all_models() const {
    std::vector<SweepModel> all;
    for (const auto& task : sweep_.tasks)
      all.insert(all.end(), task.models.begin(), task.models.end());
    return all;
  }

  static void read_expectation(YamlMapReader& map, SweepModel& model) {
    const auto expected = map.optional("expected");
    if (expected) model.expected = expected->number();
    const auto samples = map.optional("expected_samples");
    if (samples) model.expected_samples = samples->integer({0}).value_or(0);
    const auto tolerance = map.optional("full_precision_tolerance");
    if (tolerance) model.full_precision_tolerance = tolerance->number({0});
    for (const auto& needy : {samples, tolerance}) {
      if (needy && !expected) needy->problem("means nothing without 'expected'");
    }
  }

  void read_methods(const YamlReader& reader) {
    read_entries(reader, "method", known_.methods, sweep_.methods,
                 [](YamlMapReader& map, SweepMethod& method) {
                   if (const auto set = map.optional("set"))
                     method.set = read_changes<MethodSettings>(*set);
                 });
  }

  /// Where to note what is missing; null: it is a problem.
  std::vector<std::string>* missing(std::vector<std::string> MissingInputs::*kind) const {
    return options_.missing == nullptr ? nullptr : &(options_.missing->*kind);
  }

  std::filesystem::path read_file(const YamlReader& reader) const {
    auto* const lacking = missing(&MissingInputs::checkpoints);
    std::vector<std::string> unset;
    auto path = read_path(reader, lacking == nullptr ? nullptr : &unset);
    for (const auto& variable : unset) note_once(*lacking, variable);
    if (!path.empty() && unset.empty() && options_.check_files) {
      std::error_code unreadable;
      if (!std::filesystem::exists(path, unreadable)) {
        const auto message = "the file " + path.string() + " does not exist";
        if (lacking == nullptr) {
          reader.problem(message);
        } else {
          note_once(*lacking, message);
        }
      } else if (std::filesystem::is_directory(path, unreadable)) {
        reader.problem(path.string() + " is a folder, expected a file");
      }
    }
    return path;
  }

  static void note_once(std::vector<std::string>& notes, const std::string& note) {
    if (std::count(notes.begin(), notes.end(), note) == 0) notes.push_back(note);
  }

  void read_bits(const YamlReader& reader) {
    for (const auto& item : at_least_one(reader)) {
      const auto bits = read_bit_widths(item);
      if (!bits) continue;
      if (std::count(sweep_.bits.begin(), sweep_.bits.end(), *bits) > 0) {
        item.problem(bits->name() + " is listed twice");
      }
      sweep_.bits.push_back(*bits);
    }
  }

  void read_device(YamlMapReader& map) {
    auto& request = sweep_.device;
    if (const auto device = map.optional("device"))
      request.device = device->choice("device", device_choices()).value_or(request.device);
    const auto devices = map.optional("devices_per_cell");
    if (devices) request.devices_per_cell = devices->integer({1, 1024}).value_or(1);
    const auto ranks = map.optional("ranks_per_gpu");
    if (!ranks) return;
    request.ranks_per_gpu = ranks->integer({1, 1024}).value_or(1);
    if (request.device == "cpu") ranks->problem("means nothing with 'device: cpu'");
    if (request.ranks_per_gpu > 1 && request.devices_per_cell > 1)
      devices->problem("a cell on several devices needs them for itself: ranks_per_gpu must be 1");
  }

  void read_memory_budget(const YamlReader& reader) {
    const auto text = reader.text();
    if (!text) return;
    const auto bytes = parse_memory_size(*text);
    if (!bytes) {
      reader.problem("expected a size such as '8 GiB' or '500 MiB', not " +
                     ptqbench::quoted(*text));
    }
    sweep_.memory_budget = bytes.value_or(0);
  }

  void read_reproduces(const YamlReader& reader) {
    auto& names = sweep_.reproduces;
    for (const auto& item : reader.items()) {
      const auto name = item.choice("published table or paper", known_.published);
      if (!name) continue;
      if (std::count(names.begin(), names.end(), *name) > 0) {
        item.problem(ptqbench::quoted(*name) + " is listed twice");
      }
      names.push_back(*name);
    }
  }

  void read_seeds(const YamlReader& reader) {
    sweep_.seeds.clear();
    for (const auto& item : at_least_one(reader)) {
      const auto seed = item.integer({0});
      if (!seed) continue;
      if (std::count(sweep_.seeds.begin(), sweep_.seeds.end(), *seed) > 0) {
        item.problem(fmt::format("seed {} is listed twice", *seed));
      }
      sweep_.seeds.push_back(*seed);
    }
  }

  void read_overrides(const YamlReader& reader) {
    for (const auto& item : reader.items()) {
      YamlMapReader map(item);
      SweepOverride change;
      if (const auto when = map.required("when")) change.when = read_condition(*when);
      if (const auto set = map.required("set")) {
        change.set = read_changes<MethodSettings>(*set);
        if (set->value().entries.empty()) set->problem("expected at least one setting");
      }
      map.reject_unknown_keys();
      sweep_.overrides.push_back(std::move(change));
    }
  }

  CellCondition read_condition(const YamlReader& reader) const {
    CellCondition condition;
    YamlMapReader map(reader);
    bool readable = true;
    const auto add = [&](const std::optional<YamlReader>& values, auto& out, auto read_one) {
      if (!values) return;
      const auto listed = values->one_or_more();
      if (listed.empty()) values->problem("expected at least one");
      for (const auto& value : listed) {
        if (const auto read = read_one(value)) out.push_back(*read);
      }
      readable = readable && !listed.empty() && out.size() == listed.size();
    };
    add(map.optional("dataset"), condition.datasets,
        [&](const YamlReader& value) { return value.choice("data set", known_.datasets); });
    add(map.optional("model"), condition.models, [&](const YamlReader& value) {
      return value.choice("model", names_and_labels(all_models(), known_.models));
    });
    add(map.optional("method"), condition.methods, [&](const YamlReader& value) {
      return value.choice("method", names_and_labels(sweep_.methods, known_.methods));
    });
    add(map.optional("bits"), condition.bits,
        [](const YamlReader& value) { return read_bit_widths(value); });
    add(map.optional("seed"), condition.seeds,
        [](const YamlReader& value) { return value.integer({0}); });
    map.reject_unknown_keys();
    if (reader.value().entries.empty()) {
      reader.problem("expected at least one of dataset, model, method, bits, seed");
    } else if (readable && !matches_some_cell(condition)) {
      reader.problem("matches no cell of this sweep");
    }
    return condition;
  }

  /// What a condition may say: a name that this sweep does not use may still come from a shared
  /// file.
  template <class Entry>
  static std::vector<std::string> names_and_labels(const std::vector<Entry>& entries,
                                                   std::vector<std::string> names) {
    for (const auto& entry : entries) {
      const bool listed = std::count(names.begin(), names.end(), entry.label) > 0;
      if (!listed && !entry.label.empty()) names.push_back(entry.label);
    }
    return names;
  }

  /// A task with its models is a full product with the rest, so each dimension can be tried alone.
  bool matches_some_cell(const CellCondition& condition) const {
    const auto some = [](const auto& values, auto allowed) {
      return std::any_of(values.begin(), values.end(), allowed);
    };
    return some(sweep_.tasks,
                [&](const auto& task) {
                  return condition.allows_dataset(task.options.dataset.name) &&
                         some(task.models, [&](const auto& m) {
                           return condition.allows_model(m.name, m.label);
                         });
                }) &&
           some(sweep_.bits, [&](const auto& bits) { return condition.allows_bits(bits); }) &&
           some(sweep_.methods,
                [&](const auto& m) { return condition.allows_method(m.name, m.label); }) &&
           some(sweep_.seeds, [&](int64_t seed) { return condition.allows_seed(seed); });
  }

  const KnownNames& known_;
  const LoadOptions& options_;
  SweepConfig sweep_;
};

SweepConfig read_sweep(const YamlValue& root, Problems& problems, const KnownNames& known,
                       const LoadOptions& options) {
  auto sweep = SweepReader(known, options).read(YamlReader(root, "", problems));
  problems.throw_if_any();
  // The other ranks are handed a sweep that was read before.
  if (!options.check_files) return sweep;
  try {
    expand(sweep);
  } catch (const ConfigError& error) {
    problems.add({root.place.file, 0, 0}, "", error.what());
  }
  problems.throw_if_any();
  return sweep;
}

}  // namespace

SweepConfig load_sweep(const std::filesystem::path& path,
                       const std::vector<std::string>& set_overrides, const KnownNames& known,
                       const LoadOptions& options) {
  Problems problems;
  const auto root = load_yaml(path, set_overrides, problems);
  return read_sweep(root, problems, known, options);
}

SweepConfig parse_sweep(const std::string& text, const std::string& name, const KnownNames& known,
                        const LoadOptions& options) {
  Problems problems;
  const auto root = load_yaml_text(text, name, problems);
  return read_sweep(root, problems, known, options);
}

}  // namespace ptqbench
