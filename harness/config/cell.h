#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "harness/config/evaluation_options.h"
#include "harness/config/full_precision_gate.h"
#include "harness/config/report_options.h"
#include "methods/nn/bit_widths.h"
#include "methods/settings.h"
#include "tasks/checkpoint/checkpoint_options.h"
#include "tasks/task_options.h"

namespace ptqbench {

struct SweepConfig;

/// Goes up whenever the same settings would no longer give the same result.
inline constexpr int kResultFormatVersion = 2;

/// One (task, model, bits, method, seed) with everything that decides its result.
struct Cell {
  TaskOptions task;
  std::string model;
  /// What tables and messages call the model; so for the method.
  std::string model_label;
  /// Absolute; empty: the model's name says its sizes.
  std::filesystem::path model_config;
  /// Absolute; empty: the model has no checkpoint. Of an ONNX model the file with the network.
  std::filesystem::path checkpoint;
  CheckpointOptions checkpoint_options;
  /// SweepModel::labels.
  std::vector<std::string> labels;
  /// ModelSpec::blocks.
  std::vector<std::string> model_blocks;
  BitWidths bits;
  std::string method;
  std::string method_label;
  int64_t seed = 0;
  /// With the method's own settings and the overrides that match applied, in that order.
  MethodSettings settings;
  EvaluationOptions evaluation;
  /// Decides nothing in its result.
  ReportOptions report;
  /// A list of calibration samples, absolute; empty: drawn by the seed. What is in it counts, with
  /// the hash of the ids.
  std::filesystem::path calibration_ids;
  /// Lets a cell run or not; decides nothing in its result.
  FullPrecisionGate full_precision;
};

/// All cells of a sweep: tasks outermost, then models, bits, methods and seeds, each in the order
/// of the sweep. Throws ConfigError when two cells are the same in all but their labels, or when
/// there are more than 100,000.
std::vector<Cell> expand(const SweepConfig& sweep);

/// The number of cells of a sweep, and one of them by its place in expand(), for ranks that run few
/// of many. Throws std::out_of_range.
size_t cell_count(const SweepConfig& sweep);
Cell cell_at(const SweepConfig& sweep, size_t number);

/// A sweep of this cell alone, which expands to the same settings: what a file that outlives its
/// sweep has to hold. Without the full-precision gate.
SweepConfig sweep_of(const Cell& cell);

/// Everything that decides the result, except what is in the files, sorted by name:
/// "settings.iterations", "500". Holds no labels and no paths.
std::vector<std::pair<std::string, std::string>> canonical_settings(const Cell& cell);

/// What the options choose of a checkpoint, in one text; empty where they choose nothing.
std::string checkpoint_choice(const CheckpointOptions& options);

/// The cell's model.
ModelSpec model_spec(const Cell& cell);

/// "cifar10 resnet20 w4a4 qdrop seed 1"
std::string cell_label(const Cell& cell);

/// What a cell is computed from beside its settings: SHA-256 in hex of what is in its files.
struct InputHashes {
  std::string checkpoint;
  /// Of the file with the model's sizes; empty: none.
  std::string model_config;
  /// Task::data_key().
  std::string data;
  std::string calibration_ids;
  /// Versions that the registrations of method, model and task carry, by their kind, where they
  /// carry one: the code that computes the cell, as far as its author tells it apart.
  std::map<std::string, std::string> versions = {};
};

/// What the fingerprint hashes: the format version, canonical_settings() and the hashes, one
/// `name=value` a line.
std::string fingerprint_text(const Cell& cell, const InputHashes& hashes);

/// SHA-256 (hex) of fingerprint_text(): cells with the same fingerprint have the same result.
/// Settings that the method does not use count too, so that the fingerprint does not depend on what
/// each version of a method reads.
std::string fingerprint(const Cell& cell, const InputHashes& hashes);

}  // namespace ptqbench
