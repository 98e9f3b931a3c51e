#include "tests/helpers/expect_close.h"

#include <torch/types.h>

namespace ptqbench::testing {

::testing::AssertionResult close(const at::Tensor& actual, const at::Tensor& expected,
                                 double relative, double absolute) {
  if (actual.sizes() != expected.sizes()) {
    return ::testing::AssertionFailure()
           << "shape " << actual.sizes() << " instead of " << expected.sizes();
  }
  const auto a = actual.detach().to(at::kDouble).contiguous().reshape({-1});
  const auto e = expected.detach().to(at::kDouble).contiguous().reshape({-1});
  const auto excess = (a - e).abs() - (e.abs() * relative + absolute);
  const auto wrong = excess.le(0).logical_not();
  if (!wrong.any().item<bool>()) return ::testing::AssertionSuccess();
  const auto worst = excess.argmax().item<int64_t>();
  return ::testing::AssertionFailure()
         << wrong.sum().item<int64_t>() << " of " << a.numel() << " elements differ; element "
         << worst << " is " << a[worst].item<double>() << " instead of " << e[worst].item<double>();
}

::testing::AssertionResult identical(const at::Tensor& actual, const at::Tensor& expected) {
  if (at::equal(actual, expected)) return ::testing::AssertionSuccess();
  return close(actual, expected, 0) << "; tensors are not identical";
}

}  // namespace ptqbench::testing
