#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ptqbench {

/// What exactly a sweep quantizes: for each (model, bits, method) of its cells, the phases of the
/// method and every layer in the order of execution with its unit, weight bits, activation bits and
/// where the ranges come from. Throws what load_sweep and make_task throw.
std::string describe_sweep(const std::filesystem::path& config, const std::vector<std::string>& set,
                           const std::string& filter);

}  // namespace ptqbench
