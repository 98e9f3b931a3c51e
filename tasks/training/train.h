#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "methods/nn/unit_graph.h"
#include "tasks/training/train_options.h"
#include "tasks/training/training_data.h"

namespace ptqbench {

struct EpochReport {
  int64_t epoch = 0;
  int64_t epochs = 0;
  double loss = 0;
  /// Of the task, on the evaluation split.
  double metric = 0;
  double seconds = 0;
};

/// Where an interrupted training is continued from.
struct TrainingState {
  std::filesystem::path file;
  /// Everything that decides what comes out, name and text: model, data, options. Stored with the
  /// state; the state of a training with others is refused.
  std::map<std::string, std::string> made_for;
};

/// Trains `model`: linear warm-up, then cosine decay of the learning rate to 0. After every epoch
/// the model is measured with `evaluate` and the state goes to `state.file`; an existing one is
/// continued; the caller removes it. Same options and thread count, same parameters, interrupted or
/// not. Returns the last epoch's report. Throws ConfigError, naming what differs, when the file is
/// the state of another training, IoError on an unreadable sample or state file, and Error when the
/// loss is not finite.
EpochReport train_model(UnitGraph& model, const TrainingData& data, const TrainOptions& options,
                        const TrainingState& state,
                        const std::function<double(const UnitGraph&)>& evaluate,
                        const std::function<void(const EpochReport&)>& on_epoch);

}  // namespace ptqbench
