#pragma once

#include <string>

#include "harness/config/cell.h"
#include "tasks/task.h"

namespace ptqbench {

/// A model with its checkpoint's parameters, batch norm folded.
struct LoadedModel {
  UnitGraph graph;
  /// Of the checkpoint's content.
  std::string checkpoint_hash;
};

/// The cell's model. Throws IoError on a checkpoint that cannot be read or does not fit.
LoadedModel load_model(const Task& task, const Cell& cell);

/// SHA-256 (hex) of what the checkpoint holds; of an ONNX file with the weights that lie beside it.
/// Empty where the cell has none. Throws IoError.
std::string checkpoint_hash(const Cell& cell);

}  // namespace ptqbench
