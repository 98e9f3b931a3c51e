#include "methods/kernels/cuda/updates.h"

#include "methods/kernels/cuda/device_code.cuh"
#include "methods/kernels/element/activation.h"
#include "methods/kernels/element/rounding.h"
#include "methods/kernels/iteration_scalar.h"

namespace ptqbench::cuda {
namespace {

using element::RoundingElement;
using element::RoundingScalars;

/// A list and how much of it comes before each item; as a whole within a kernel's 4 KiB.
struct RoundingWork {
  RoundingList list;
  /// Stretches of kBlockElements before each item and, last, all.
  int64_t first[kMostRoundings + 1];
};
static_assert(sizeof(RoundingWork) + sizeof(SumSpace) + 32 <= 4096, "parameters of one kernel");

/// The thread's four elements of a weight.
template <bool kRegularise>
__device__ inline float step_four(const Rounding& r, const RoundingScalars& scalars, int64_t at) {
  const int64_t n = r.elements;
  const bool vector = in_fours(n, r.gradient, r.floor, r.alpha, r.first_moment, r.second_moment, r.soft);
  const Four gradient = load(r.gradient, at, n, vector);
  const Four floor = load(r.floor, at, n, vector);
  Four alpha = load(r.alpha, at, n, vector);
  Four first = load(r.first_moment, at, n, vector);
  Four second = load(r.second_moment, at, n, vector);
  Four soft{};
  float regulariser = 0;
  for (int k = 0; k < kThreadElements; ++k) {
    if (at + k >= n) break;
    const int64_t row = (at + k) / r.row_elements;
    RoundingElement e{alpha.v[k], first.v[k], second.v[k]};
    soft.v[k] = element::rounding_step<kRegularise>(scalars, r.scale[row], r.zero_point[row],
                                                    floor.v[k], gradient.v[k], e, regulariser);
    alpha.v[k] = e.alpha;
    first.v[k] = e.first_moment;
    second.v[k] = e.second_moment;
  }
  store(alpha, r.alpha, at, n, vector);
  store(first, r.first_moment, at, n, vector);
  store(second, r.second_moment, at, n, vector);
  store(soft, r.soft, at, n, vector);
  return regulariser;
}

__global__ void step_all_roundings(const __grid_constant__ RoundingWork work,
                                   const double* scalars, double* value, bool adds,
                                   SumSpace space) {
  const int count = work.list.count;
  const int64_t stretches = work.first[count];
  Sums sums{};
  int item = 0;
  for (int64_t s = blockIdx.x; s < stretches; s += gridDim.x) {
    while (s >= work.first[item + 1]) ++item;
    const Rounding& r = work.list.item[item];
    const int64_t at = (s - work.first[item]) * kBlockElements + threadIdx.x * kThreadElements;
    if (at >= r.elements) continue;
    const RoundingScalars step{r.quant_min,
                               r.quant_max,
                               static_cast<float>(scalars[kBeta]),
                               static_cast<float>(scalars[kRoundWeight]),
                               static_cast<float>(scalars[kRoundingRate]),
                               static_cast<float>(scalars[kRoundingMoment])};
    if (step.round_weight != 0.0F) {
      sums.v[0] += static_cast<double>(step_four<true>(r, step, at));
    } else {
      step_four<false>(r, step, at);
    }
  }
  Sums total;
  if (!grid_sums(space, sums, total)) return;
  const double sum = total.v[0] * scalars[kRoundWeight];
  *value = adds ? *value + sum : sum;
}

__global__ void step_all_quantizers(const __grid_constant__ StepList steps,
                                    const double* scalars) {
  const auto i = static_cast<int>(threadIdx.x);
  if (i >= steps.count) return;
  const Step& step = steps.item[i];
  float value = *step.value;
  element::adam(static_cast<float>(scalars[kStepRate]), static_cast<float>(scalars[kStepMoment]),
                *step.gradient, value, *step.first_moment, *step.second_moment);
  *step.value = element::bounded_step(step.is_scale, value, step.minimum, step.maximum);
}

}  // namespace

void launch_step_roundings(const RoundingList& roundings, const double* scalars, double* value,
                           bool adds, const SumSpace& space, Stream stream) {
  RoundingWork work{roundings, {}};
  for (int i = 0; i < roundings.count; ++i)
    work.first[i + 1] = work.first[i] + pieces(roundings.item[i].elements, kBlockElements);
  const int64_t stretches = work.first[roundings.count];
  const int64_t most = stretches < kMostBlocks ? stretches : kMostBlocks;
  launch(step_all_roundings, most == 0 ? 1 : most, kThreads, stream, work, scalars, value, adds,
         space);
}

void launch_step_quantizers(const StepList& steps, const double* scalars, Stream stream) {
  if (steps.count == 0) return;
  launch(step_all_quantizers, 1, kMostSteps, stream, steps, scalars);
}

}  // namespace ptqbench::cuda
