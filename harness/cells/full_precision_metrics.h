#pragma once

#include <functional>
#include <map>
#include <string>

#include "methods/parallel/device_group.h"

namespace ptqbench {

/// Full-precision metrics that the cells of a rank share, each measured once.
class FullPrecisionMetrics {
 public:
  /// The metric that `key` stands for: as known where every member of the group knows it, else what
  /// `measure` gives, which is collective, too. A member may have failed where another went on, so
  /// they agree on it first. Collective; throws what DeviceGroup::sum and `measure` do.
  double get(const std::string& key, DeviceGroup& group, const std::function<double()>& measure);

 private:
  std::map<std::string, double> known_;
};

}  // namespace ptqbench
