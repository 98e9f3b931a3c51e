#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <memory>

#include "harness/cells/saved_model.h"
#include "harness/commands/commands.h"
#include "harness/devices/blas.h"
#include "harness/devices/machine.h"
#include "harness/devices/placement.h"
#include "harness/jobs/full_precision.h"
#include "harness/parallel/communicator.h"
#include "harness/shown/saved_model_choice.h"
#include "support/error.h"
#include "support/exit_code.h"
#include "support/nearest_name.h"
#include "tasks/checkpoint/quantized_checkpoint.h"
#include "tasks/object_detection.h"

namespace ptqbench {
namespace {

struct EvaluateRequest {
  std::filesystem::path path;
  std::vector<std::string> words;
  /// Where things are now; empty: where they were.
  std::filesystem::path root;
  std::filesystem::path vocabulary;
  std::filesystem::path config;
  /// Empty: the kind that the cell ran on.
  std::string device;
  bool per_class = false;
  std::filesystem::path detections;

  /// Measure the models of the sweep at `path` before quantization instead.
  bool full_precision = false;
  std::vector<std::string> set;
  std::string filter;

  bool asks_for_boxes() const { return per_class || !detections.empty(); }
};

SavedModel read_request(const EvaluateRequest& request) {
  SavedModel saved = read_saved_model(chosen_model_file(request.path, request.words));
  const auto replace = [](const std::filesystem::path& given, auto& path) {
    if (!given.empty()) path = std::filesystem::absolute(given).string();
  };
  replace(request.root, saved.cell.task.dataset.root);
  replace(request.vocabulary, saved.cell.task.text.vocabulary);
  replace(request.config, saved.cell.model_config);
  return saved;
}

/// The device asked for, or one of the kind that the cell ran on.
at::Device place(const Communicator& communicator, const std::string& asked,
                 const SavedModel& saved) {
  DeviceRequest wanted;
  wanted.device = asked.empty() ? saved.device.substr(0, saved.device.find(':')) : asked;
  const auto device = place_ranks({rank_devices(communicator)}, wanted).front();
  prepare_device(device);
  return device;
}

/// Before hours of measuring.
void check_writable(const std::filesystem::path& file) {
  const auto folder = std::filesystem::absolute(file).parent_path();
  if (access(folder.c_str(), W_OK) != 0)
    throw IoError(fmt::format("{} cannot be written: {}", file.string(), std::strerror(errno)));
}

/// Asked for boxes, the task that finds them.
const ObjectDetection* detector(const EvaluateRequest& request, const Task& task,
                                const SavedModel& saved) {
  const auto* detection = dynamic_cast<const ObjectDetection*>(&task);
  if (request.asks_for_boxes() && detection == nullptr) {
    throw ConfigError(
        "--per-class and --detections are of object_detection, and this model is of " +
        saved.cell.task.name);
  }
  return detection;
}

void print_classes(const ObjectDetection& task, const CocoMap& map) {
  fmt::print("\n{:<24}{:>10}\n", "category", "box_map");
  for (size_t i = 0; i < map.category_ap.size(); ++i) {
    const double ap = map.category_ap[i];
    fmt::print("{:<24}{:>10}\n", task.categories()[i].name,
               ap < 0 ? "no object" : fmt::format("{:.2f}", 100 * ap));
  }
}

Metrics measure_boxes(const EvaluateRequest& request, const ObjectDetection& task,
                      const EvaluationOptions& options, const UnitGraph& model, Pass& pass) {
  LocalGroup alone;
  const auto found = task.detections(model, pass, options.samples, options.batch_size, alone);
  const CocoMap map = task.measure(found, options.samples);
  if (!request.detections.empty()) {
    write_coco_detections(request.detections, found);
    fmt::print(stderr, "{} detections in {}\n", found.size(), request.detections.string());
  }
  if (request.per_class) print_classes(task, map);
  return ObjectDetection::metrics_of(map);
}

bool is_same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

/// Prints what was measured beside what was recorded; whether all of it is the same.
bool print_metrics(const Metrics& measured, const Metrics& recorded) {
  auto all = measured.further;
  all[measured.name] = measured.value;
  auto before = recorded.further;
  before[recorded.name] = recorded.value;
  bool same = all.size() == before.size();
  fmt::print("{:<24}{:>10}{:>10}\n", "metric", "now", "recorded");
  for (const auto& [name, value] : all) {
    const auto found = before.find(name);
    const bool equal = found != before.end() && is_same(found->second, value);
    same = same && equal;
    fmt::print("{:<24}{:>10.2f}{:>10}{}\n", name, value,
               found == before.end() ? "-" : fmt::format("{:.2f}", found->second),
               equal || found == before.end()
                   ? ""
                   : fmt::format("  differs by {:.3g}", value - found->second));
  }
  return same;
}

/// "torch_version: 1.13.0 then, 2.6.0 now": what may explain another result.
void print_changes(const SavedModel& saved, const at::Device& device) {
  auto now = versions();
  now["device"] = device.str();
  auto before = saved.made_with;
  before["device"] = saved.device;
  for (const auto& [name, value] : now) {
    const auto found = before.find(name);
    const std::string old = found == before.end() ? "unknown" : found->second;
    if (old != value) fmt::print("{}: {} then, {} now\n", name, old, value);
  }
}

int evaluate(const Communicator& communicator, const EvaluateRequest& request) {
  if (request.full_precision)
    return measure_full_precision(communicator, {request.path, request.set, request.filter});
  if (!request.detections.empty()) check_writable(request.detections);
  const SavedModel saved = read_request(request);
  const auto device = place(communicator, request.device, saved);
  set_threads(saved.threads);
  const auto task = make_task(saved.cell.task);
  const auto* boxes = detector(request, *task, saved);
  UnitGraph model = task->make_model(model_spec(saved.cell));
  assign_quantized(saved.file, model);
  model.move_to(device);
  QuantizedPass pass(QuantizedPass::Activations::kQuantized);
  const EvaluationOptions& options = saved.cell.evaluation;
  fmt::print("{} ({})\n", cell_label(saved.cell), saved.fingerprint.substr(0, 12));
  LocalGroup alone;
  const Metrics measured =
      request.asks_for_boxes()
          ? measure_boxes(request, *boxes, options, model, pass)
          : task->evaluate(model, pass, options.samples, options.batch_size, alone);
  const bool same = print_metrics(measured, saved.metrics);
  if (task->data_key() != saved.data_key) {
    fmt::print("measured on other data than recorded: nothing is compared\n");
    return exit_code::kNothingCompared;
  }
  if (same) {
    fmt::print("equal to the record bit for bit\n");
    return 0;
  }
  fmt::print("NOT equal to the record\n");
  print_changes(saved, device);
  return exit_code::kFailed;
}

}  // namespace

void add_evaluate(CLI::App& app, Command& chosen) {
  auto request = std::make_shared<EvaluateRequest>();
  auto* command = app.add_subcommand(
      "evaluate",
      "measure a quantized model that `run --save-models` kept; exit code 0: its metrics are those "
      "recorded, 1: they differ, 3: the data are others, so nothing was compared. With "
      "--full-precision, measure the models of a sweep before quantization; 1: one is not as the "
      "sweep expects");
  command
      ->add_option("model", request->path,
                   "its file, or a run directory; with --full-precision a sweep (YAML)")
      ->required();
  auto* cell = command->add_option(
      "cell", request->words,
      "of a run directory: beginning of its fingerprint, or words such as: resnet20 "
      "w2a2 qdrop seed 1");
  auto* root =
      command->add_option("--root", request->root, "folder of the data, if they are elsewhere now");
  auto* vocabulary = command->add_option("--vocabulary", request->vocabulary,
                                         "so for the vocabulary of a text task");
  auto* config =
      command->add_option("--config", request->config, "so for the config.json of a model");
  auto* device =
      command->add_option("--device", request->device, "cpu or cuda [what the cell ran on]")
          ->check(CLI::IsMember({"cpu", "cuda"}));
  auto* per_class = command->add_flag("--per-class", request->per_class,
                                      "of a detector: also the average precision of each category");
  auto* detections =
      command->add_option("--detections", request->detections,
                          "of a detector: write what it finds to this file (COCO results JSON)");
  auto* full_precision =
      command->add_flag("--full-precision", request->full_precision,
                        "measure the models of the sweep as their checkpoints have them");
  add_set_option(*command, request->set, "evaluation.samples=1000")->needs(full_precision);
  add_filter_option(*command, request->filter)->needs(full_precision);
  for (auto* of_saved : {cell, root, vocabulary, config, device, per_class, detections})
    full_precision->excludes(of_saved);
  command->callback([request, &chosen] {
    chosen = [request](Communicator& communicator) {
      return communicator.rank() == 0 ? evaluate(communicator, *request) : 0;
    };
  });
}

}  // namespace ptqbench
