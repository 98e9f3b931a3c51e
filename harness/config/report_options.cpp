#include "harness/config/report_options.h"

namespace ptqbench {

const std::vector<Field<ReportOptions>>& ReportOptions::fields() {
  using R = ReportOptions;
  static const std::vector<Field<R>> all = {
      {"held_out_samples", &R::held_out_samples,
       "samples outside calibration that noise ratios are measured on, 0 for none", 0, 1e6},
      {"flatness_samples", &R::flatness_samples,
       "samples of each kind of data that flatness is measured on, 0 for none", 0, 1e6},
      {"flatness_directions", &R::flatness_directions, "random directions averaged over", 1, 1e4},
      {"flatness_magnitudes", &R::flatness_magnitudes,
       "norms of the perturbations relative to those of the weights", 0, 100},
  };
  return all;
}

}  // namespace ptqbench
