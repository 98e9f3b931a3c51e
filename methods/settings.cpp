#include "methods/settings.h"

namespace ptqbench {

const std::vector<Field<MethodSettings>>& MethodSettings::fields() {
  using S = MethodSettings;
  static const std::vector<std::string> ranges = {"min_max",        "average_min_max", "mse",
                                                  "average_mse",    "brecq_mse",       "brecq_max",
                                                  "brecq_max_scale"};
  static const std::vector<Field<S>> all = {
      {"calibration_samples", &S::calibration_samples, "training samples that reconstruction sees",
       1, 1e7},
      {"range_samples", &S::range_samples, "of these, how many activation ranges are found on", 1,
       1e7},
      {"batch_size", &S::batch_size, "samples of one reconstruction iteration", 1, 1e5},
      {"iterations", &S::iterations, "iterations a unit in which rounding is learned", 1, 1e8},
      {"rounding_lr", &S::rounding_lr, "Adam learning rate of the rounding variables", 0, 10},
      {"round_weight", &S::round_weight, "weight of the rounding regulariser", 0, 1e6},
      {"warm_up", &S::warm_up, "fraction of the iterations without regulariser", 0, 1},
      {"beta_start", &S::beta_start, "exponent of the regulariser at the end of the warm-up", 1,
       100},
      {"beta_end", &S::beta_end, "exponent of the regulariser at the last iteration", 1, 100},
      {"drop_probability", &S::drop_probability,
       "probability that an activation element stays in full precision (qdrop)", 0, 1},
      {"step_lr", &S::step_lr,
       "Adam learning rate of activation steps learned together with rounding", 0, 10},
      {"step_iterations", &S::step_iterations,
       "iterations a unit of a phase that learns only activation steps (brecq)", 1, 1e8},
      {"step_phase_lr", &S::step_phase_lr, "Adam learning rate of such a phase", 0, 10},
      {"step_phase_norm", &S::step_phase_norm, "p of the L_p loss of such a phase", 1, 10},
      {"first_last",
       &S::first_last,
       "which layers keep 8 bits: qdrop (weights of the first and last layer, input of the last), "
       "brecq (also the "
       "output of the first layer), none",
       0,
       0,
       {"qdrop", "brecq", "none"}},
      {"quantize_heads", &S::quantize_heads,
       "whether a detector's heads, and what the neck hands to them, are quantized"},
      {"weight_range", &S::weight_range, "range estimator of weights", 0, 0, ranges},
      {"activation_range", &S::activation_range, "range estimator of activations", 0, 0, ranges},
      {"activation_quantizer",
       &S::activation_quantizer,
       "what is learned of an activation quantizer: lsq (the step), lsq_plus (step and zero point)",
       0,
       0,
       {"lsq", "lsq_plus"}},
      {"weight_symmetric", &S::weight_symmetric,
       "integer range of weights centred on zero, zero point 0"},
      {"activation_symmetric", &S::activation_symmetric,
       "integer range of activations centred on zero, zero point 0"},
      {"weight_per_channel", &S::weight_per_channel,
       "one weight scale an output channel instead of one a tensor"},
  };
  return all;
}

}  // namespace ptqbench
