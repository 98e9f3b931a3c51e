#pragma once

#include <filesystem>
#include <string>

#include "harness/config/yaml_reader.h"

namespace ptqbench {

/// Replaces a leading `~` by the home folder, `${NAME}` by that environment variable and `$$` by a
/// dollar sign. Throws ConfigError when a variable is not set or empty, or a brace is not closed.
std::string expand_variables(const std::string& text);

/// Text that expand_variables() gives back as `path`.
std::string escape_variables(const std::string& path);

/// The path that a value names: expanded, and absolute, taken relative to the folder of the file in
/// which it is written (to the current folder for a value that is in no file). Notes problems and
/// then gives an empty path.
std::filesystem::path read_path(const YamlReader& reader);

}  // namespace ptqbench
