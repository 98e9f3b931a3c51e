#include "tasks/library_versions.h"

#include <ATen/Context.h>
#include <torch/version.h>
#include <unicode/uversion.h>

namespace ptqbench {

std::map<std::string, std::string> library_versions() {
  return {{"torch_version", TORCH_VERSION},
          {"torch_has_mkldnn", at::hasMKLDNN() ? "yes" : "no"},
          {"torch_has_cuda", at::hasCUDA() ? "yes" : "no"},
          {"icu_version", U_ICU_VERSION}};
}

}  // namespace ptqbench
