#include "harness/config/evaluation_options.h"

namespace ptqbench {

const std::vector<Field<EvaluationOptions>>& EvaluationOptions::fields() {
  using E = EvaluationOptions;
  static const std::vector<Field<E>> all = {
      {"samples", &E::samples, "samples of the evaluation split, 0 for all", 0, 1e9},
      {"batch_size", &E::batch_size, "samples of one forward pass", 1, 1e5},
  };
  return all;
}

}  // namespace ptqbench
