#pragma once

#include <string>
#include <vector>

namespace ptqbench {

/// The parts between the separators, empty ones too; at least one.
std::vector<std::string> split(const std::string& text, char separator);

}  // namespace ptqbench
