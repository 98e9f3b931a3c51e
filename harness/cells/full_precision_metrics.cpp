#include "harness/cells/full_precision_metrics.h"

namespace ptqbench {

double FullPrecisionMetrics::get(const std::string& key, DeviceGroup& group,
                                 const std::function<double()>& measure) {
  const auto found = known_.find(key);
  const double knows = found == known_.end() ? 0 : 1;
  const bool all_know = sum_over(group, {knows}).front() == group.size();
  if (all_know) return found->second;
  return known_[key] = measure();
}

}  // namespace ptqbench
