#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "harness/config/known_names.h"
#include "tasks/task_options.h"
#include "tasks/training/train_options.h"

namespace ptqbench {

/// One training run that makes a full-precision checkpoint.
struct TrainConfig {
  std::string name;
  TaskOptions task;
  ModelSpec model;
  /// A checkpoint whose tensors of fitting name and shape training starts from; empty: none.
  std::filesystem::path initialize_from;
  /// Absolute path of the checkpoint to write; need not exist.
  std::filesystem::path output;
  TrainOptions options;
  /// 0: as many as the process may run on.
  int64_t threads = 0;
};

/// Reads a training file: name, task, dataset, text, model, model_config, initialize_from, output
/// (relative to the file), threads, the
/// fields of TrainOptions and a map `augmentation`. Includes, overrides and errors are as in
/// load_sweep().
TrainConfig load_train(const std::filesystem::path& path,
                       const std::vector<std::string>& set_overrides, const KnownNames& known);

}  // namespace ptqbench
