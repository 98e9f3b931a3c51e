#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ptqbench {

/// Reads all data of a sweep (tasks/data_check.h) and prints how much that was and what is let
/// pass. Throws ConfigError on mistakes in the sweep, and Error with all that is wrong with the
/// data, a line each, data that are missing included.
void require_good_data(const std::filesystem::path& config, const std::vector<std::string>& set);

}  // namespace ptqbench
