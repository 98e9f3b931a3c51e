#include "harness/config/config_name.h"

#include <algorithm>

namespace ptqbench {
namespace {

bool allowed_in_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

}  // namespace

std::string read_config_name(const YamlReader& reader) {
  const auto name = reader.text();
  if (!name) return "";
  const bool allowed = std::all_of(name->begin(), name->end(), allowed_in_name);
  if (name->empty() || name->size() > 100 || name->front() == '.' || !allowed) {
    reader.problem("expected a name of at most 100 letters, digits, '_', '-' and '.', got " +
                   quoted(*name));
    return "";
  }
  return *name;
}

std::string read_config_label(const YamlReader& reader) {
  const auto label = reader.text();
  if (!label) return "";
  if (label->empty() || label->size() > 100 || label->find_first_of(",|=") != std::string::npos) {
    reader.problem("expected a label of 1 to 100 characters without ',', '|' and '=', got " +
                   quoted(*label));
    return "";
  }
  return *label;
}

}  // namespace ptqbench
