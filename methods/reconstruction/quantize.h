#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "methods/nn/bit_widths.h"
#include "methods/reconstruction/engine.h"
#include "methods/reconstruction/stream_storage.h"

namespace ptqbench {

/// One (bits, method, seed) for a model.
struct QuantizationRequest {
  BitWidths bits{4, 4};
  std::string method = "nearest";
  uint64_t seed = 0;
  MethodSettings settings;
};

/// What happened in one unit in one phase.
struct UnitReport {
  std::string unit;
  /// What the unit is made of: "block" or the kind of its layer.
  std::string kind;
  /// The block that the unit is or lies in; a layer that belongs to none is its own.
  std::string block;
  std::string phase;
  LossCurve curve;
  /// Loss of the unit's output on all calibration samples, quantized as after calibration and as
  /// after the phase.
  double error_before = 0;
  double error_after = 0;
  double seconds = 0;
};

struct QuantizationReport {
  std::vector<UnitReport> units;
  /// Seconds by stage: "weight_ranges", "activation_ranges", "streams" (both streams through all
  /// units), "unit_errors" (the units' errors before and after), "reconstruction" (iterations).
  std::map<std::string, double> seconds;
};

/// Called before each unit is reconstructed, with its number and the number of them in this phase.
using UnitProgress =
    std::function<void(const Phase& phase, const Unit& unit, size_t number, size_t count)>;

/// Quantizes `model` (batch norm folded) in place: bits, ranges, and the method's phases.
/// `calibration` holds the model's inputs for the calibration samples, [S, ...] each; `storage`
/// keeps what the units make of them. Throws ConfigError on impossible settings, Error when a
/// reconstruction diverges.
QuantizationReport quantize_model(UnitGraph& model, const QuantizationRequest& request,
                                  const Tensors& calibration, const UnitProgress& progress,
                                  StreamStorage& storage);

}  // namespace ptqbench
