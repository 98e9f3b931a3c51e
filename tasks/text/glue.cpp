#include "tasks/text/glue.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

#include "support/error.h"
#include "support/nearest_name.h"
#include "tasks/data/file.h"
#include "tasks/text/text_lines.h"

namespace ptqbench {
namespace {

constexpr size_t kMaxFileBytes = size_t{1} << 31;
constexpr double kHighestScore = 5;

using Fields = std::vector<std::string_view>;

Fields split_at_tabs(std::string_view line) {
  Fields fields;
  while (true) {
    const size_t end = line.find('\t');
    fields.push_back(line.substr(0, end));
    if (end == std::string_view::npos) return fields;
    line.remove_prefix(end + 1);
  }
}

/// A place in a file, for messages.
struct Place {
  const std::filesystem::path& path;
  size_t line = 0;

  [[noreturn]] void fail(const std::string& message) const {
    throw IoError(fmt::format("{}:{}: {}", path.string(), line, message));
  }
};

/// Where the columns stand that the task needs.
struct Columns {
  size_t first = 0;
  std::optional<size_t> second;
  size_t label = 0;

  size_t needed() const { return std::max({first, second.value_or(0), label}) + 1; }
};

Columns find_columns(const GlueTask& task, const Fields& header, const Place& place) {
  const auto find = [&](const std::string& name) {
    const auto found = std::find(header.begin(), header.end(), name);
    if (found == header.end()) {
      const std::vector<std::string> names(header.begin(), header.end());
      place.fail(fmt::format("no column '{}' in the first line, which has: {}", name, join(names)));
    }
    return static_cast<size_t>(found - header.begin());
  };
  Columns columns;
  columns.first = find(task.first_column);
  if (task.is_pair()) columns.second = find(task.second_column);
  columns.label = find(task.label_column);
  return columns;
}

bool has_header(const GlueTask& task) { return task.name != "cola"; }

bool is_skipped(const GlueTask& task, const Columns& columns, const Fields& row) {
  if (task.name == "qqp") return row.size() < columns.needed() || row[columns.label].empty();
  if (task.name == "mnli") return row.size() >= columns.needed() && row[columns.label] == "-";
  return false;
}

double parse_class(const GlueTask& task, std::string_view text, const Place& place) {
  for (size_t i = 0; i < task.classes.size(); ++i) {
    if (text == task.classes[i] || text == std::to_string(i)) return static_cast<double>(i);
  }
  place.fail(fmt::format("unknown label '{}', expected one of {} or a number from 0 to {}", text,
                         join(task.classes), task.classes.size() - 1));
}

double parse_score(std::string_view text, const Place& place) {
  double score = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), score);
  const bool is_number = result.ec == std::errc() && result.ptr == text.data() + text.size();
  if (!is_number || !(score >= 0 && score <= kHighestScore)) {
    place.fail(fmt::format("score '{}', expected a number from 0 to {}", text, kHighestScore));
  }
  return score;
}

TextExample parse_row(const GlueTask& task, const Columns& columns, const Fields& row,
                      const Place& place) {
  if (row.size() < columns.needed()) {
    place.fail(fmt::format("{} columns, expected at least {}", row.size(), columns.needed()));
  }
  TextExample example;
  example.first = row[columns.first];
  if (columns.second) example.second = row[*columns.second];
  const auto label = row[columns.label];
  example.label =
      task.is_regression() ? parse_score(label, place) : parse_class(task, label, place);
  return example;
}

}  // namespace

GlueSplit read_glue(const std::filesystem::path& root, const GlueTask& task,
                    const std::string& split) {
  const auto path = root / task.folder / (split + ".tsv");
  const auto bytes = read_file(path, kMaxFileBytes);
  const auto lines = text_lines({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (lines.empty()) throw IoError(path.string() + ": the file is empty");
  const auto columns = has_header(task)
                           ? find_columns(task, split_at_tabs(lines.front()), {path, 1})
                           : find_columns(task, {"source", "label", "mark", "sentence"}, {path, 1});
  GlueSplit result;
  result.data.classes = static_cast<int64_t>(task.classes.size());
  for (size_t i = has_header(task) ? 1 : 0; i < lines.size(); ++i) {
    if (lines[i].empty()) continue;
    const auto row = split_at_tabs(lines[i]);
    if (is_skipped(task, columns, row)) {
      ++result.skipped;
    } else {
      result.data.examples.push_back(parse_row(task, columns, row, {path, i + 1}));
    }
  }
  if (result.data.examples.empty()) throw IoError(path.string() + ": no labelled rows");
  return result;
}

}  // namespace ptqbench
