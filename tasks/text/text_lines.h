#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ptqbench {

/// The lines of a text file, without their ends ('\n' or "\r\n"), and without a byte-order mark in
/// front of the first. What follows the last '\n' is a line if it is not empty.
std::vector<std::string> text_lines(const std::vector<uint8_t>& bytes);

}  // namespace ptqbench
