#include "tasks/data/label_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <sstream>

#include "support/error.h"
#include "tasks/data/file.h"

namespace ptqbench {
namespace {

constexpr size_t kMaxLabelFileBytes = size_t{1} << 28;

struct Line {
  int number = 0;
  /// Empty where the line is a label alone.
  std::string picture;
  std::string label;
};

[[noreturn]] void fail(const std::filesystem::path& path, int line, const std::string& message) {
  throw IoError(fmt::format("{}:{}: {}", path.string(), line, message));
}

std::vector<Line> read_lines(const std::filesystem::path& path) {
  const auto bytes = read_file(path, kMaxLabelFileBytes);
  std::istringstream text(std::string(bytes.begin(), bytes.end()));
  std::vector<Line> lines;
  std::string row;
  for (int number = 1; std::getline(text, row); ++number) {
    std::istringstream words(row);
    Line line;
    line.number = number;
    std::string more;
    if (!(words >> line.label)) continue;
    if (words >> more) {
      line.picture = std::filesystem::path(line.label).filename().string();
      line.label = more;
    }
    if (words >> more) fail(path, number, "expected 'NAME LABEL' or 'LABEL', got '" + row + "'");
    if (!lines.empty() && line.picture.empty() != lines.front().picture.empty())
      fail(path, number, "some lines name their picture and some do not");
    lines.push_back(std::move(line));
  }
  if (lines.empty()) throw IoError(path.string() + ": no labels");
  return lines;
}

/// The lines in the order of the pictures.
std::vector<Line> in_order_of(const std::vector<std::string>& pictures, std::vector<Line> lines,
                              const std::filesystem::path& path) {
  if (lines.front().picture.empty()) {
    if (lines.size() == pictures.size()) return lines;
    throw IoError(
        fmt::format("{}: {} labels for {} pictures", path.string(), lines.size(), pictures.size()));
  }
  std::stable_sort(lines.begin(), lines.end(),
                   [](const Line& a, const Line& b) { return a.picture < b.picture; });
  for (size_t i = 0; i < std::max(lines.size(), pictures.size()); ++i) {
    if (i > 0 && i < lines.size() && lines[i].picture == lines[i - 1].picture)
      fail(path, lines[i].number, "'" + lines[i].picture + "' is named twice");
    if (i == lines.size() || (i < pictures.size() && pictures[i] < lines[i].picture))
      throw IoError(fmt::format("{}: no label for '{}'", path.string(), pictures[i]));
    if (i == pictures.size() || lines[i].picture < pictures[i])
      fail(path, lines[i].number, "there is no picture '" + lines[i].picture + "'");
  }
  return lines;
}

std::optional<int64_t> parse_number(const std::string& text) {
  int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, number);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return number;
}

FileLabels numbered(const std::vector<Line>& lines, int64_t classes,
                    const std::filesystem::path& path) {
  FileLabels result;
  int64_t lowest = INT64_MAX;
  int64_t highest = 0;
  for (const Line& line : lines) {
    const auto label = parse_number(line.label);
    if (!label) fail(path, line.number, "'" + line.label + "' is no number, but other labels are");
    if (*label < 0) fail(path, line.number, fmt::format("label {} is negative", *label));
    lowest = std::min(lowest, *label);
    highest = std::max(highest, *label);
    result.labels.push_back(*label);
  }
  if (classes > 0 && lowest > 0 && highest == classes) {
    throw IoError(fmt::format(
        "{}: labels run from {} to {}, so they count from 1 and not from 0; the numbers of "
        "ImageNet's development kit do, and in another order than that of the sorted WordNet ids. "
        "Give 'NAME LABEL' lines that count from 0, or WordNet ids as labels",
        path.string(), lowest, highest));
  }
  result.classes = classes > 0 ? classes : highest + 1;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (result.labels[i] >= result.classes)
      fail(path, lines[i].number,
           fmt::format("label {} is not in 0..{}", result.labels[i], result.classes - 1));
  }
  return result;
}

FileLabels named(const std::vector<Line>& lines, int64_t classes,
                 const std::filesystem::path& path) {
  std::set<std::string> names;
  for (const Line& line : lines) names.insert(line.label);
  if (classes > 0 && static_cast<int64_t>(names.size()) != classes) {
    throw IoError(fmt::format(
        "{}: names of {} classes, expected {}; without all of them their order is not known, so "
        "give numbers from 0 as labels",
        path.string(), names.size(), classes));
  }
  FileLabels result;
  result.classes = static_cast<int64_t>(names.size());
  const std::vector<std::string> sorted(names.begin(), names.end());
  for (const Line& line : lines) {
    const auto found = std::lower_bound(sorted.begin(), sorted.end(), line.label);
    result.labels.push_back(found - sorted.begin());
  }
  return result;
}

}  // namespace

FileLabels read_label_file(const std::filesystem::path& path,
                           const std::vector<std::string>& pictures, int64_t classes) {
  const auto lines = in_order_of(pictures, read_lines(path), path);
  const bool numbers = std::any_of(lines.begin(), lines.end(), [](const Line& line) {
    return parse_number(line.label).has_value();
  });
  return numbers ? numbered(lines, classes, path) : named(lines, classes, path);
}

}  // namespace ptqbench
