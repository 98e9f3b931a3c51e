#include "tasks/models/onnx/scopes.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "tasks/models/onnx/weights.h"

namespace ptqbench::onnx {
namespace {

constexpr const char* kScopesKey = "pkg.torch.onnx.name_scopes";

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/// `layer1.0.conv1.weight` -> `layer1.0.conv1`. What exporters number themselves has no such name.
std::string scope_of_weight(const std::string& weight) {
  static const std::string kEnd = ".weight";
  const bool named = ends_with(weight, kEnd) && weight.find("::") == std::string::npos &&
                     weight.find('/') == std::string::npos;
  return named ? weight.substr(0, weight.size() - kEnd.size()) : "";
}

/// A module's full name behind that of the module around it: exporters repeat the latter in front
/// of children that are numbered.
std::string joined(const std::string& outer, const std::string& inner) {
  if (outer.empty() || inner == outer || is_within(inner, outer)) return inner;
  // "conv" in "features.1", and then "conv.0" in that.
  const auto last_dot = outer.rfind('.');
  for (auto start = last_dot; start != std::string::npos;
       start = start == 0 ? std::string::npos : outer.rfind('.', start - 1)) {
    const auto tail = outer.substr(start + 1);
    if (inner.compare(0, tail.size() + 1, tail + ".") == 0)
      return outer.substr(0, start + 1) + inner;
  }
  return outer + "." + inner;
}

/// From a Python list of texts, `['', 'layer1', 'layer1.0', 'add_40']`: the last but one.
std::string scope_of_list(const std::string& list) {
  std::vector<std::string> names;
  size_t open = list.find_first_of("'\"");
  while (open != std::string::npos) {
    const size_t close = list.find(list[open], open + 1);
    if (close == std::string::npos) break;
    names.push_back(list.substr(open + 1, close - open - 1));
    open = list.find_first_of("'\"", close + 1);
  }
  return names.size() < 2 ? "" : names[names.size() - 2];
}

std::string scope_of_path(const std::string& name) {
  std::string scope;
  size_t start = name.find_first_not_of('/');
  while (start != std::string::npos) {
    const size_t slash = name.find('/', start);
    // The last part is the node's own.
    if (slash == std::string::npos) return scope;
    scope = joined(scope, name.substr(start, slash - start));
    start = name.find_first_not_of('/', slash);
  }
  return scope;
}

}  // namespace

std::string scope_of(const NodeDef& node) {
  const auto weight = node.metadata.find(kWeightName);
  if (weight != node.metadata.end()) {
    const auto scope = scope_of_weight(weight->second);
    if (!scope.empty()) return scope;
  }
  const auto scopes = node.metadata.find(kScopesKey);
  return scopes != node.metadata.end() ? scope_of_list(scopes->second) : scope_of_path(node.name);
}

std::string parent_scope(const std::string& scope) {
  const auto dot = scope.rfind('.');
  return dot == std::string::npos ? "" : scope.substr(0, dot);
}

bool is_within(const std::string& scope, const std::string& outer) {
  if (outer.empty()) return true;
  return scope.compare(0, outer.size(), outer) == 0 &&
         (scope.size() == outer.size() || scope[outer.size()] == '.');
}

std::string scope_pattern(const std::string& scope) {
  std::string pattern;
  for (const char c : scope) {
    if (std::isdigit(static_cast<unsigned char>(c)) == 0) {
      pattern += c;
    } else if (pattern.empty() || pattern.back() != '*') {
      pattern += '*';
    }
  }
  return pattern;
}

bool matches_pattern(const std::string& scope, const std::string& pattern) {
  // Where a star can end, the rest of the pattern is tried; the last star alone needs to be
  // remembered.
  size_t s = 0, p = 0, star = std::string::npos, after_star = 0;
  while (s < scope.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      after_star = s;
    } else if (p < pattern.size() && pattern[p] == scope[s]) {
      ++p;
      ++s;
    } else if (star != std::string::npos && scope[after_star] != '.') {
      p = star + 1;
      s = ++after_star;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string::npos;
}

}  // namespace ptqbench::onnx
