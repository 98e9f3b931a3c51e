#pragma once

#include <string>
#include <vector>

#include "results/published/published.h"

namespace ptqbench {

/// Published numbers as text, a line each, in the order given. Console and Markdown group them by
/// table, under its caption, source and remarks, and under its protocol where there is one table
/// only; CSV repeats id, kind and source on every line.
std::string render_published_console(const std::vector<PublishedReference>& references);
std::string render_published_markdown(const std::vector<PublishedReference>& references);
std::string render_published_csv(const std::vector<PublishedReference>& references);

/// The number with the digits that its source gives, two at least.
std::string published_number(double value);

/// "repository wimh966/QDrop, path README.md".
std::string source_text(const PublishedTable& table);

}  // namespace ptqbench
