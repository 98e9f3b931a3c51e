#include "tasks/detection/matching.h"

#include <torch/types.h>

namespace ptqbench {

at::Tensor match(const at::Tensor& overlaps, const MatchOptions& options) {
  const auto background = static_cast<int64_t>(NoMatch::kBackground);
  const auto between = static_cast<int64_t>(NoMatch::kBetween);
  if (overlaps.size(0) == 0)
    return at::full({overlaps.size(1)}, background, overlaps.options().dtype(at::kLong));
  const auto [best, object] = overlaps.max(0);
  const at::Tensor matches = object.masked_fill(best < options.object, between)
                                 .masked_fill(best < options.background, background);
  if (!options.best_always) return matches;
  const at::Tensor best_of_object = std::get<0>(overlaps.max(1, /*keepdim=*/true));
  const at::Tensor is_best = (overlaps == best_of_object).any(0);
  return at::where(is_best, object, matches);
}

}  // namespace ptqbench
