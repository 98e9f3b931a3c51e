#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
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

/// Where an interrupted training is continued from.
struct TrainingState {
  std::filesystem::path file;
  /// Everything that decides what comes out, name and text: model, data, options. Stored with the
  /// state; the state of a training with others is refused.
  std::map<std::string, std::string> made_for;
};

/// Trains `model` with cross entropy: SGD with Nesterov momentum, linear warm-up, cosine decay to
/// 0, random shifts and flips. After every epoch the state goes to `state.file`, and an existing
/// one is continued; the caller removes it. Same options and thread count, same parameters,
/// interrupted or not. Returns the last epoch's report. Throws ConfigError, naming what differs,
/// when the file is the state of another training, and IoError on an unreadable image or state
/// file.
EpochReport train_classifier(UnitGraph& model, const ImageDataset& train, const ImageDataset& test,
                             const TrainOptions& options, const TrainingState& state,
                             const std::function<void(const EpochReport&)>& on_epoch);

}  // namespace ptqbench
