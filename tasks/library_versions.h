#pragma once

#include <map>
#include <string>

namespace ptqbench {

/// Versions of the libraries that decide numbers: "torch_version", and what it computes with
/// ("torch_has_mkldnn", "torch_has_cuda"); "icu_version" of the Unicode rules in tokenizing.
std::map<std::string, std::string> library_versions();

}  // namespace ptqbench
