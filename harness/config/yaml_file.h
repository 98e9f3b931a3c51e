#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/config/yaml_value.h"

namespace ptqbench {

/// Reads a YAML configuration: the files that its `include` names (one or a list, relative to the
/// including file, later ones win), on them the file itself, on that each `key.path=value` of
/// `set_overrides` (the value is YAML). The `include` keys are taken out. Duplicate keys are noted
/// in `problems`. Throws IoError when the file cannot be read; ConfigError, with all problems so
/// far, on YAML syntax errors, includes that are missing or go round in circles and malformed
/// overrides.
YamlValue load_yaml(const std::filesystem::path& path,
                    const std::vector<std::string>& set_overrides, Problems& problems);

/// The same for text that is no file, without overrides; `name` is what messages call it.
YamlValue load_yaml_text(const std::string& text, const std::string& name, Problems& problems);

}  // namespace ptqbench
