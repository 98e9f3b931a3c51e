#pragma once

#include <string>
#include <vector>

namespace ptqbench {

/// The candidate with the least edit distance to `name`, or "" when none is close enough to be a
/// likely misspelling.
std::string nearest_name(const std::string& name, const std::vector<std::string>& candidates);

/// `"a, b, c"`.
std::string join(const std::vector<std::string>& names, const std::string& separator = ", ");

/// The text to put after "unknown <kind> 'name'": a suggestion if one is near, and the list of
/// valid names.
std::string valid_names_hint(const std::string& name, const std::vector<std::string>& candidates);

}  // namespace ptqbench
