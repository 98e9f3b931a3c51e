#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "methods/nn/unit_graph.h"
#include "tasks/data/dataset.h"
#include "tasks/train_options.h"

namespace ptqbench {

struct EpochReport {
  int64_t epoch = 0;
  int64_t epochs = 0;
  double loss = 0;
  /// Top-1 on the evaluation split, percent.
  double accuracy = 0;
  double seconds = 0;
};

/// Trains `model` with cross entropy: SGD with Nesterov momentum, linear warm-up, cosine decay to
/// 0, random shifts and flips. After every epoch the state goes to `state_file`, and an existing
/// one of the same options is continued; the caller removes it. Same options and thread count, same
/// parameters, interrupted or not. Returns the last epoch's report. Throws IoError on an unreadable
/// image or state file.
EpochReport train_classifier(UnitGraph& model, const ImageDataset& train, const ImageDataset& test,
                             const TrainOptions& options, const std::filesystem::path& state_file,
                             const std::function<void(const EpochReport&)>& on_epoch);

}  // namespace ptqbench
