#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "methods/nn/bit_widths.h"
#include "methods/reconstruction/stream_storage.h"
#include "methods/reconstruction/unit_checkpoints.h"

namespace ptqbench {

/// One (bits, method, seed) for a model.
struct QuantizationRequest {
  BitWidths bits{4, 4};
  std::string method = "nearest";
  uint64_t seed = 0;
  MethodSettings settings;
};

struct QuantizationReport {
  std::vector<UnitReport> units;
  /// How many of them were not computed but came from the checkpoints.
  size_t restored_units = 0;
  /// Seconds by stage: "weight_ranges", "activation_ranges", "streams" (both streams through all
  /// units), "unit_errors" (the units' errors before and after), "reconstruction" (iterations),
  /// "checkpoints" (saving finished units).
  std::map<std::string, double> seconds;
};

/// Called before each unit is reconstructed, with its number and the number of them in this phase.
using UnitProgress =
    std::function<void(const Phase& phase, const Unit& unit, size_t number, size_t count)>;

/// Quantizes `model` (batch norm folded) in place: bits, ranges, and the method's phases.
/// `calibration` holds the model's inputs for all calibration samples, [S, ...] each; `storage`
/// keeps what the units make of those that this process holds. Units that `checkpoints` has are
/// taken from there, the others handed to it, by the leader, when they are finished. Collective
/// over the group, with the same model, request and calibration; all members end with the same
/// model, which is that of one process up to the order of sums. Activation ranges are found by
/// every member on all samples. Throws ConfigError on impossible settings, Error when a
/// reconstruction diverges.
QuantizationReport quantize_model(UnitGraph& model, const QuantizationRequest& request,
                                  const Tensors& calibration, const UnitProgress& progress,
                                  StreamStorage& storage, UnitCheckpoints& checkpoints,
                                  DeviceGroup& group);

}  // namespace ptqbench
