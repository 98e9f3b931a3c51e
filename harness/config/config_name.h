#pragma once

#include <string>

#include "harness/config/yaml_reader.h"

namespace ptqbench {

/// The name of a sweep or training run, which also names files: letters, digits and `. _ -`, not
/// starting with a dot. Empty after a problem.
std::string read_config_name(const YamlReader& reader);

/// What a row of a table is called: one line of text without the `,`, `|` and `=` that separate the
/// terms of a filter. Empty after a problem.
std::string read_config_label(const YamlReader& reader);

}  // namespace ptqbench
