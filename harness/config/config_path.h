#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/config/yaml_reader.h"
#include "support/error.h"

namespace ptqbench {

/// An environment variable that is not set or empty.
class UnsetVariable : public ConfigError {
 public:
  using ConfigError::ConfigError;
};

/// Replaces a leading `~` by the home folder, `${NAME}` by that environment variable and `$$` by a
/// dollar sign. Throws UnsetVariable, and ConfigError when a brace is not closed.
std::string expand_variables(const std::string& text);

/// Text that expand_variables() gives back as `path`.
std::string escape_variables(const std::string& path);

/// The path that a value names: expanded, and absolute, taken relative to the folder of the file in
/// which it is written (to the current folder for a value that is in no file). Notes problems and
/// then gives an empty path. With `missing` an unset variable is no problem: it is noted there and
/// the path is the text as it is written.
std::filesystem::path read_path(const YamlReader& reader,
                                std::vector<std::string>* missing = nullptr);

}  // namespace ptqbench
