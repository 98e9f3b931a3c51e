#pragma once

#include <string_view>
#include <vector>

namespace ptqbench {

/// The lines of a text, without their ends ('\n' or "\r\n"; '\r' where the text has no '\n', as old
/// Macintoshes and spreadsheet programs write it), and without a byte-order mark in front of the
/// first. What follows the last end is a line if it is not empty. They point into `text`.
std::vector<std::string_view> text_lines(std::string_view text);

}  // namespace ptqbench
