#include "tasks/metrics/finite_outputs.h"

#include <fmt/format.h>

#include "support/data_error.h"

namespace ptqbench {

void require_finite_outputs(int64_t broken, int64_t samples) {
  if (broken == 0) return;
  throw DataError(fmt::format("the model's outputs for {} of {} samples are not finite, so there is "
                              "no metric",
                              broken, samples));
}

}  // namespace ptqbench
