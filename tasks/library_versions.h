#pragma once

#include <map>
#include <string>

namespace ptqbench {

/// Versions of the libraries that decide numbers: "torch_version", and what it computes with
/// ("mkldnn", "cuda").
std::map<std::string, std::string> library_versions();

}  // namespace ptqbench
