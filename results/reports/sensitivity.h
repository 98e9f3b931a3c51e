#pragma once

#include <string>
#include <vector>

#include "results/cells/cell_record.h"

namespace ptqbench {

/// A model in which only this unit is quantized.
struct UnitSensitivity {
  std::string unit;
  std::string kind;
  double metric = kNotMeasured;
  /// Signal over quantization noise at the network's output in dB.
  double decibels = kNotMeasured;
};

/// How much each unit of a model suffers from being quantized.
struct SensitivityTable {
  std::string dataset;
  std::string model;
  /// "w4a4".
  std::string bits;
  std::string metric_name;
  bool higher_is_better = true;
  double full_precision = kNotMeasured;
  std::vector<UnitSensitivity> units;
};

/// What the metric loses against full precision; negative where it gains.
double metric_drop(const SensitivityTable& table, const UnitSensitivity& unit);

/// The units with the most sensitive first: by the metric's drop, then by the noise ratio, then as
/// they were.
std::vector<UnitSensitivity> ranked_units(const SensitivityTable& table);

/// For a terminal, and as comma-separated values with one header.
std::string render_sensitivity_console(const std::vector<SensitivityTable>& tables);
std::string render_sensitivity_csv(const std::vector<SensitivityTable>& tables);

}  // namespace ptqbench
