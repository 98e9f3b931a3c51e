#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "support/options.h"

namespace ptqbench {

/// Everything that can be set about quantizing one model, with the published defaults: 20,000
/// iterations on batches of 32 of 1,024 calibration samples (AdaRound arXiv:2004.10568, BRECQ
/// arXiv:2102.05426, QDrop arXiv:2203.05740).
struct MethodSettings {
  int64_t calibration_samples = 1024;
  int64_t range_samples = 256;
  int64_t batch_size = 32;

  int64_t iterations = 20000;
  double rounding_lr = 1e-3;
  double round_weight = 0.01;
  double warm_up = 0.2;
  double beta_start = 20.0;
  double beta_end = 2.0;
  double drop_probability = 0.5;
  double step_lr = 4e-5;

  int64_t step_iterations = 5000;
  double step_phase_lr = 4e-4;
  double step_phase_norm = 2.4;

  std::string first_last = "qdrop";
  bool quantize_heads = false;
  std::string weight_range = "mse";
  std::string activation_range = "mse";
  std::string activation_quantizer = "lsq";
  bool weight_symmetric = false;
  bool activation_symmetric = false;
  bool weight_per_channel = true;

  static const std::vector<Field<MethodSettings>>& fields();
};

}  // namespace ptqbench
