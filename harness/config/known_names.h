#pragma once

#include <string>
#include <vector>

namespace ptqbench {

/// The names that a configuration may use. The registries that know them are not this folder's
/// business.
struct KnownNames {
  std::vector<std::string> tasks;
  std::vector<std::string> models;
  std::vector<std::string> methods;
  std::vector<std::string> datasets;
};

struct LoadOptions {
  /// Whether the files that a configuration names must exist. Off where it was checked before, on
  /// another rank.
  bool check_files = true;
};

}  // namespace ptqbench
