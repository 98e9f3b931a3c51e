#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "harness/plan/plan.h"

namespace ptqbench {

/// What a finished cell took.
struct MeasuredCell {
  /// As registered.
  std::string model;
  std::string method;
  double tera_macs = 0;
  /// Of each of the devices that shared it, added up.
  double device_seconds = 0;
};

/// Seconds that cells take, from their multiply-accumulates: seconds per 1e12 of them, as measured
/// on finished cells. Medians, so that a few cells on a slow or shared node do not matter. A model
/// and method without finished cells goes by the median of its model, without those by that of its
/// method, then of all; without any cell by kMacsPerCoreSecond.
class CostModel {
 public:
  /// Cells without cost or time are left out. `threads`: of a rank, for the last resort. `devices`
  /// will share a cell, and are taken to halve, third, ... its time.
  CostModel(const std::vector<MeasuredCell>& measured, int64_t threads, int64_t devices = 1);

  double seconds(const std::string& model, const std::string& method, double tera_macs) const;
  /// Where the rate comes from: "12 finished cell(s)", "40 finished cell(s) of the model".
  std::string source(const std::string& model, const std::string& method) const;
  /// Seconds per 1e12 multiply-accumulates.
  double rate(const std::string& model, const std::string& method) const;

 private:
  struct Rate {
    double seconds_per_tera_mac = 0;
    size_t cells = 0;
  };
  /// `kind` of what was found goes to *source when that is wanted.
  Rate find(const std::string& model, const std::string& method, std::string* source) const;

  /// "" stands for any model or method.
  std::map<std::pair<std::string, std::string>, Rate> rates_;
  int64_t threads_;
  double devices_;
};

/// The finished cells of a plan, from their files in the run directory: at most 25 of each model
/// and method. Files that cannot be read are left out.
std::vector<MeasuredCell> measured_cells(const std::vector<PlannedCell>& plan,
                                         const std::filesystem::path& run_dir);

}  // namespace ptqbench
