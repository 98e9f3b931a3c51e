#pragma once

#include <vector>

#include "methods/reconstruction/quantize.h"
#include "results/cells/cell_record.h"

namespace ptqbench {

/// What became of a unit in a phase, for the cell's record.
UnitRecord unit_record(const UnitReport& report);

/// The quantizers that the model's sites have, block by block, for the cell's record. `settings`
/// are those that they were made with.
std::vector<QuantizerRecord> quantizer_records(const UnitGraph& model,
                                               const MethodSettings& settings);

}  // namespace ptqbench
