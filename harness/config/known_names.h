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
  /// Published tables, and papers for all of theirs.
  std::vector<std::string> published;
};

/// What a configuration names and this machine lacks, a sentence each, none twice.
struct MissingInputs {
  /// Environment variables of the paths of the data.
  std::vector<std::string> data;
  /// Files of the models, and environment variables of their paths.
  std::vector<std::string> checkpoints;
};

struct LoadOptions {
  /// Whether the files that a configuration names must exist, and its cells be distinct. Off where
  /// it was checked before, on another rank.
  bool check_files = true;
  /// Where to note missing inputs; null: they are problems. A path whose variable is not set stays
  /// as it is written.
  MissingInputs* missing = nullptr;
};

}  // namespace ptqbench
