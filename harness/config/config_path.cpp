#include "harness/config/config_path.h"

#include <algorithm>
#include <cstdlib>

namespace ptqbench {
namespace {

std::string variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0') {
    throw UnsetVariable("environment variable " + quoted(name) + " is not set");
  }
  return value;
}

}  // namespace

std::string expand_variables(const std::string& text) {
  std::string expanded;
  size_t at = 0;
  if (text == "~" || text.rfind("~/", 0) == 0) {
    expanded = variable("HOME");
    at = 1;
  }
  while (at < text.size()) {
    const auto next = text.substr(at, 2);
    if (next == "$$") {
      expanded += '$';
      at += 2;
    } else if (next == "${") {
      const auto close = text.find('}', at);
      if (close == std::string::npos) throw ConfigError("'${' without '}' in " + quoted(text));
      expanded += variable(text.substr(at + 2, close - at - 2));
      at = close + 1;
    } else {
      expanded += text[at++];
    }
  }
  return expanded;
}

std::string escape_variables(const std::string& path) {
  std::string escaped;
  for (const char c : path) escaped += c == '$' ? "$$" : std::string(1, c);
  return escaped;
}

std::filesystem::path read_path(const YamlReader& reader, std::vector<std::string>* missing) {
  const auto text = reader.text();
  if (!text) return {};
  if (text->empty()) {
    reader.problem("expected a path, got ''");
    return {};
  }
  try {
    std::filesystem::path path = expand_variables(*text);
    if (reader.place().line > 0) {
      path = std::filesystem::path(reader.place().file).parent_path() / path;
    }
    return std::filesystem::absolute(path).lexically_normal();
  } catch (const UnsetVariable& error) {
    if (missing == nullptr) {
      reader.problem(error.what());
      return {};
    }
    if (std::count(missing->begin(), missing->end(), error.what()) == 0)
      missing->emplace_back(error.what());
    return *text;
  } catch (const ConfigError& error) {
    reader.problem(error.what());
    return {};
  }
}

}  // namespace ptqbench
