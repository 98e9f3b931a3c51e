#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "harness/config/bit_widths.h"
#include "harness/config/cell_condition.h"
#include "harness/config/device_request.h"
#include "harness/config/evaluation_options.h"
#include "harness/config/full_precision_gate.h"
#include "harness/config/known_names.h"
#include "harness/config/option_fields.h"
#include "harness/config/report_options.h"
#include "methods/settings.h"
#include "tasks/checkpoint/checkpoint_options.h"
#include "tasks/task_options.h"

namespace ptqbench {

struct SweepModel {
  std::string name;
  std::string label;
  /// Absolute; a config.json with the model's sizes. Empty: none.
  std::filesystem::path config;
  /// Absolute; empty: none. Of an ONNX model the file with the network (`file`).
  std::filesystem::path checkpoint;
  CheckpointOptions checkpoint_options;
  /// What the outputs of a network that tells classes of texts are called, in their order; empty:
  /// as the checkpoint's config.json says.
  std::vector<std::string> labels;
  /// Of an ONNX model: ModelSpec::blocks.
  std::vector<std::string> blocks;
  /// Its full-precision metric on the first `expected_samples` of the evaluation split (0: all).
  std::optional<double> expected;
  int64_t expected_samples = 0;
  /// Instead of the sweep's.
  std::optional<double> full_precision_tolerance;
};

struct SweepMethod {
  std::string name;
  std::string label;
  /// Fields of MethodSettings that this method changes.
  OptionTexts set;
};

/// A task on its data and the models that do it.
struct SweepTask {
  TaskOptions options;
  std::vector<SweepModel> models;
  /// Fields of ReportOptions that are others than the sweep's.
  OptionTexts report;
  /// Absolute; empty: the sweep's.
  std::filesystem::path calibration_ids;
};

/// Settings of the cells that a condition matches.
struct SweepOverride {
  CellCondition when;
  OptionTexts set;
};

/// One sweep. Its file (defaults: seeds [1], no overrides, those of the option structs):
///
///     include: base.yaml            # or a list; maps merge, anything else is replaced
///     name: small
///     task: image_classification
///     dataset: {name: cifar10}      # or its name; fields of DatasetOptions
///     models: [resnet20, {name: resnet20, label: other, checkpoint: x.safetensors, expected: 92}]
///     # of a checkpoint with several dictionaries or more tensors than the model's:
///     #   checkpoint_entry: state_dict_ema, prefix: model., ignore: [criterion.*]
///     # or {name: onnx, file: net.onnx, label: mine, blocks: auto}; blocks may be patterns
///     text: {vocabulary: vocab.txt}  # tasks on texts; fields of TextOptions
///     bits: [w4a4, w4, e8w4a4, {weights: 3, activations: 3}]   # 2 to 8, 32: off; w4 is w4a32
///     methods: [nearest, {name: qdrop, label: p25, set: {drop_probability: 0.25}}]
///     seeds: [1, 2]
///     settings: {iterations: 500}   # fields of MethodSettings
///     overrides:                    # in order; keys of `when`: dataset, model, method, bits, seed
///       - {when: {model: other, bits: w4a4}, set: {round_weight: 0.1}}
///     evaluation: {samples: 0, batch_size: 64}
///     report: {held_out_samples: 64}   # fields of ReportOptions
///     calibration_ids: ids.txt      # instead of samples drawn by the seed; see read_sample_ids()
///     threads: 0
///     device: auto                   # or cpu, cuda
///     ranks_per_gpu: 1
///     devices_per_cell: 1            # so many ranks work on one cell together
///     retries: 1                     # how often a cell that failed is tried again
///     crash_limit: 3                 # crashed attempts after which a cell is set aside
///     memory_budget: 8 GiB           # of each rank; default: no limit
///     cache: /scratch/pictures       # where to keep decoded pictures; default: nowhere
///     full_precision_tolerance: 0.5  # how far from a model's `expected` its metric may be
///     on_full_precision_mismatch: fail      # or continue
///     reproduces: [qdrop_imagenet_paper, brecq]   # published tables, or papers for all of theirs
///
/// Several tasks are a list, each with its own data and models, and the rest is for all of them;
/// a task may have its own list of calibration samples and change fields of `report`:
///
///     tasks:
///       - {task: text_classification, dataset: ..., text: ..., models: [...]}
///       - {task: question_answering, dataset: ..., text: ..., models: [...],
///          calibration_ids: questions.txt, report: {held_out_samples: 16}}
///
/// Paths are relative to the file that names them and may start with `~` and contain `${NAME}`.
/// Models and methods are meant by name (all entries of that name) or by label (that entry).
struct SweepConfig {
  std::string name;
  std::vector<SweepTask> tasks;
  std::vector<BitWidths> bits;
  std::vector<SweepMethod> methods;
  std::vector<int64_t> seeds;
  MethodSettings settings;
  std::vector<SweepOverride> overrides;
  EvaluationOptions evaluation;
  ReportOptions report;
  /// Absolute; empty: calibration samples are drawn by the seed.
  std::filesystem::path calibration_ids;
  /// Threads of each rank; 0: as many as the process may run on.
  int64_t threads = 0;
  /// Where the cells run; decides no result beyond the rounding of its arithmetic.
  DeviceRequest device;
  /// How often a cell that failed is tried again by the same job.
  int64_t retries = 1;
  /// Crashed attempts without progress after which a cell is not run again unasked.
  int64_t crash_limit = 3;
  /// Bytes that each rank may take; 0: no limit.
  int64_t memory_budget = 0;
  /// Absolute folder for decoded pictures (TaskOptions::cache); empty: none.
  std::filesystem::path cache;
  /// See FullPrecisionGate.
  double full_precision_tolerance = FullPrecisionGate().tolerance;
  OnMismatch on_full_precision_mismatch = OnMismatch::kFail;
  /// Published tables whose numbers stand beside ours; decides no result.
  std::vector<std::string> reproduces;
};

bool operator==(const SweepConfig& a, const SweepConfig& b);

/// Reads a sweep with its includes, lays `set_overrides` ("settings.iterations=100") over it and
/// checks everything. Throws IoError when the file cannot be read and one ConfigError with all that
/// is wrong, a line each: `sweep.yaml:12: settings.iteratons: unknown key; did you mean
/// 'iterations'? (valid: ...)`.
SweepConfig load_sweep(const std::filesystem::path& path,
                       const std::vector<std::string>& set_overrides, const KnownNames& known,
                       const LoadOptions& options = {});

/// The same for text that is no file, such as resolved_yaml(); `name` is what messages call it.
SweepConfig parse_sweep(const std::string& text, const std::string& name, const KnownNames& known,
                        const LoadOptions& options = {});

/// YAML of everything in the sweep, defaults included and paths absolute, which reads back to an
/// equal sweep.
std::string resolved_yaml(const SweepConfig& sweep);

}  // namespace ptqbench
