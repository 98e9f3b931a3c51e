#pragma once

#include <string>
#include <utility>
#include <vector>

#include "harness/config/cell.h"
#include "results/cells/cell_record.h"

namespace ptqbench {

/// Every setting of the cell with its type, for its record: the fields of MethodSettings by their
/// names, those of the data set and the evaluation with a prefix ("dataset.name",
/// "evaluation.samples").
std::vector<std::pair<std::string, SettingValue>> cell_settings(const Cell& cell);

}  // namespace ptqbench
