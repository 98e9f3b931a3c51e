#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/config/cell.h"
#include "tasks/task.h"

namespace ptqbench {

/// How the outputs of the cell's network become the classes of its data set (output_order in
/// tasks/text/label_order.h): by the cell's `labels`, else by the config.json that it names or that
/// lies beside its checkpoint. Empty: as they are. Throws ConfigError when they do not fit, and for
/// labels where the task has no names of classes; DataError for a malformed config.json.
std::vector<int64_t> cell_output_order(const Task& task, const Cell& cell);

/// InputHashes::model_config: of the file with the model's sizes, and of the order of outputs where
/// a config.json changes it.
std::string model_config_hash(const Task& task, const Cell& cell);

}  // namespace ptqbench
