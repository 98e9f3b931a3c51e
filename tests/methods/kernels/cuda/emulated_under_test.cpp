#include "methods/kernels/cuda/launched_kernels.h"
#include "tests/methods/kernels/cuda/kernels_under_test.h"

namespace ptqbench::testing {
namespace {

class EmulatedSite : public LaunchSite {
 public:
  cuda::Stream stream() const override { return nullptr; }
  unsigned* ticket() const override { return &counter_; }
  /// The emulator throws by itself.
  void require_launched() const override {}

 private:
  mutable unsigned counter_ = 0;
};

}  // namespace

std::optional<KernelsUnderTest> kernels_under_test() {
  static const EmulatedSite site;
  static const LaunchedKernels kernels(site);
  return KernelsUnderTest{&kernels, at::kCPU};
}

std::string why_no_kernels() { return ""; }

}  // namespace ptqbench::testing
