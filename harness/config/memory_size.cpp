#include "harness/config/memory_size.h"

#include <fmt/format.h>

#include <cctype>
#include <cstdlib>
#include <map>

namespace ptqbench {
namespace {

constexpr double kMiB = 1024.0 * 1024;
constexpr double kGiB = 1024 * kMiB;

const std::map<std::string, double>& units() {
  static const std::map<std::string, double> all = {
      {"", 1},      {"KiB", 1024}, {"MiB", kMiB}, {"GiB", kGiB}, {"TiB", 1024 * kGiB},
      {"KB", 1000}, {"MB", 1e6},   {"GB", 1e9},   {"TB", 1e12}};
  return all;
}

}  // namespace

std::optional<int64_t> parse_memory_size(const std::string& text) {
  char* rest = nullptr;
  const double number = std::strtod(text.c_str(), &rest);
  if (rest == text.c_str()) return std::nullopt;
  while (std::isspace(static_cast<unsigned char>(*rest)) != 0) ++rest;
  const auto unit = units().find(rest);
  if (unit == units().end()) return std::nullopt;
  const double bytes = number * unit->second;
  if (!(bytes >= 0 && bytes < 1e18)) return std::nullopt;
  return static_cast<int64_t>(bytes);
}

std::string memory_size_text(double bytes) {
  if (bytes >= kGiB) return fmt::format("{:.2f} GiB", bytes / kGiB);
  return fmt::format("{:.0f} MiB", bytes / kMiB);
}

}  // namespace ptqbench
