#include "harness/config/problems.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "support/error.h"

namespace ptqbench {
namespace {

/// More would scroll the first ones away.
constexpr size_t kMostShown = 50;
constexpr size_t kLongestQuoted = 80;

}  // namespace

std::string to_string(const ConfigPlace& place) {
  return place.line > 0 ? fmt::format("{}:{}", place.file, place.line) : place.file;
}

void Problems::add(const ConfigPlace& place, const std::string& path, const std::string& message) {
  std::string text = to_string(place) + ": ";
  if (!path.empty()) text += path + ": ";
  text += message;
  const auto same = [&](const Problem& problem) { return problem.text == text; };
  if (std::any_of(problems_.begin(), problems_.end(), same)) return;
  problems_.push_back({place, std::move(text)});
}

void Problems::throw_if_any() const {
  if (problems_.empty()) return;
  auto sorted = problems_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Problem& a, const Problem& b) {
    return std::tie(a.place.file, a.place.line, a.place.column) <
           std::tie(b.place.file, b.place.line, b.place.column);
  });
  std::string text;
  for (size_t i = 0; i < std::min(sorted.size(), kMostShown); ++i) {
    if (i > 0) text += '\n';
    text += sorted[i].text;
  }
  if (sorted.size() > kMostShown) {
    text += fmt::format("\n... and {} more problems", sorted.size() - kMostShown);
  }
  throw ConfigError(text);
}

std::string quoted(const std::string& text) {
  if (text.size() <= kLongestQuoted) return "'" + text + "'";
  return "'" + text.substr(0, kLongestQuoted) + "...'";
}

}  // namespace ptqbench
