#pragma once

#include "harness/config/train_config.h"
#include "harness/parallel/communicator.h"

namespace ptqbench {

/// Trains the model on rank 0 (training uses one process; other ranks wait), continuing an
/// interrupted training, and writes its parameters as safetensors with the data set, options and
/// measured accuracy as metadata. Returns the exit code.
int train_model(Communicator& communicator, const TrainConfig& config);

}  // namespace ptqbench
