#pragma once

#include <nlohmann/json.hpp>

#include "results/cells/cell_record.h"

namespace ptqbench {

/// The number; null where JSON has none (infinity, "not a number").
nlohmann::ordered_json json_number(double value);

/// A cell without its curves, units and ranges, as `export_json` writes it.
nlohmann::ordered_json cell_json(const CellRecord& record);

}  // namespace ptqbench
