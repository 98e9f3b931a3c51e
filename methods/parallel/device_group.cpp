#include "methods/parallel/device_group.h"

#include <torch/types.h>

namespace ptqbench {

SampleShare share_of(int64_t total, const DeviceGroup& group) {
  const int64_t member = group.member();
  const int64_t size = group.size();
  return {total * member / size, total * (member + 1) / size, total};
}

std::vector<double> sum_over(DeviceGroup& group, std::vector<double> values) {
  if (group.size() == 1) return values;
  const auto tensor = at::tensor(values, at::kDouble).to(group.device());
  group.sum({tensor});
  const auto sums = tensor.cpu();
  const double* data = sums.data_ptr<double>();
  return {data, data + sums.numel()};
}

}  // namespace ptqbench
