#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "methods/nn/named_tensor.h"
#include "methods/reconstruction/engine.h"

namespace ptqbench {

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
  /// Quantized weights whose rounding the phase learned, and how many of them it left on another
  /// grid point than rounding to nearest does.
  int64_t weights = 0;
  int64_t flipped_weights = 0;
  double seconds = 0;
};

/// A unit as one phase left it.
struct UnitState {
  /// See learned_tensors.
  std::vector<NamedTensor> learned;
  UnitReport report;
};

/// Keeps finished units of an unfinished quantization, so that another process can go on from them.
/// What is handed back must be, bit for bit, what was saved.
class UnitCheckpoints {
 public:
  virtual ~UnitCheckpoints() = default;

  /// What was saved of this unit in this phase; none if nothing usable was.
  virtual std::optional<UnitState> load(const std::string& phase, const std::string& unit) = 0;
  /// Throws Error when it cannot be kept.
  virtual void save(const UnitState& state) = 0;
};

/// Keeps nothing.
class NoUnitCheckpoints : public UnitCheckpoints {
 public:
  std::optional<UnitState> load(const std::string& /*phase*/,
                                const std::string& /*unit*/) override {
    return std::nullopt;
  }
  void save(const UnitState& /*state*/) override {}
};

/// What `phase` changes in the sites of `unit`: the hard weight of each quantized weight site
/// ("<site>") if it learns rounding, scale and zero point of each activation quantizer
/// ("<site>.scale", "<site>.zero_point") if it learns steps. Shares storage with the sites.
std::vector<NamedTensor> learned_tensors(const UnitGraph& model, const Unit& unit,
                                         const Phase& phase);

/// Whether names, shapes and types are exactly those of learned_tensors.
bool fits_learned(const UnitGraph& model, const Unit& unit, const Phase& phase,
                  const std::vector<NamedTensor>& learned);

/// Puts tensors that fit into the sites, laid out in memory as a reconstruction leaves them. Throws
/// std::logic_error, and changes nothing, when they do not fit.
void restore_learned(const UnitGraph& model, const Unit& unit, const Phase& phase,
                     const std::vector<NamedTensor>& learned);

}  // namespace ptqbench
