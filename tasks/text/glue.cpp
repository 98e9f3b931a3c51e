#include "tasks/text/glue.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <vector>

#include "support/data_error.h"
#include "support/nearest_name.h"
#include "support/printable.h"
#include "tasks/data/file.h"
#include "tasks/text/text_encoding.h"

namespace ptqbench {
namespace {

constexpr size_t kMaxFileBytes = size_t{1} << 31;
constexpr double kHighestScore = 5;

using Fields = std::vector<std::string_view>;

/// A place in a file, for messages.
struct Place {
  const std::filesystem::path& path;
  size_t line = 0;

  [[noreturn]] void fail(const std::string& message) const {
    throw DataError(fmt::format("{}:{}: {}", path.string(), line, message));
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
      const bool test = name == task.label_column &&
                        std::count(header.begin(), header.end(), task.first_column) > 0;
      place.fail(
          fmt::format("no column '{}' in the first line, which has: {}{}", name, join(names),
                      test ? "; is this a test split, of which GLUE keeps the labels?" : ""));
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

std::optional<double> number_of(std::string_view text) {
  double number = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

double parse_class(const GlueTask& task, std::string_view text, const Place& place) {
  for (size_t i = 0; i < task.classes.size(); ++i) {
    if (text == task.classes[i]) return static_cast<double>(i);
  }
  const auto number = number_of(text);
  const auto highest = static_cast<double>(task.classes.size() - 1);
  if (number && *number >= 0 && *number <= highest && *number == std::floor(*number))
    return *number;
  place.fail(fmt::format(
      "unknown label '{}', expected one of {} or a number from 0 to {}{}", text, join(task.classes),
      highest, number == -1.0 ? "; -1 marks a test split, of which GLUE keeps the labels" : ""));
}

double parse_score(std::string_view text, const Place& place) {
  const auto score = number_of(text);
  if (!score || !(*score >= 0 && *score <= kHighestScore)) {
    place.fail(fmt::format("score '{}', expected a number from 0 to {}", text, kHighestScore));
  }
  return *score;
}

/// Whether a field begins with a quotation mark that it does not end with.
bool opens_quotes(std::string_view field) {
  return field.substr(0, 1) == "\"" && (field.size() == 1 || field.back() != '"');
}

TextExample parse_row(const GlueTask& task, const Columns& columns, const Fields& row,
                      const Place& place) {
  if (row.size() < columns.needed()) {
    const bool goes_on = std::any_of(row.begin(), row.end(), opens_quotes);
    place.fail(fmt::format("{} columns, expected at least {}{}", row.size(), columns.needed(),
                           goes_on ? "; fields in quotation marks may go on in the next line with "
                                     "'quoting: csv' of the data set"
                                   : ""));
  }
  TextExample example;
  example.first = row[columns.first];
  if (columns.second) example.second = row[*columns.second];
  const auto label = row[columns.label];
  example.label =
      task.is_regression() ? parse_score(label, place) : parse_class(task, label, place);
  return example;
}

/// Takes the rows of a file and what there is to say of them.
class RowReader {
 public:
  RowReader(const GlueTask& task, const std::filesystem::path& path,
            std::vector<std::string>* problems)
      : task_(task), path_(path), problems_(problems) {}

  void read(const Columns& columns, const TextTable::Row& row, GlueSplit& result) {
    if (is_skipped(task_, columns, row.fields)) {
      ++result.skipped;
      return;
    }
    try {
      result.data.examples.push_back(parse_row(task_, columns, row.fields, {path_, row.line}));
    } catch (const DataError& error) {
      if (problems_ == nullptr) throw;
      problems_->emplace_back(error.what());
      return;
    }
    const auto& example = result.data.examples.back();
    for (const auto* text : {&example.first, &example.second}) quoting_.add(*text);
    if (is_utf8(example.first) && is_utf8(example.second)) return;
    if (++other_encoding_ == 1) first_other_line_ = row.line;
  }

  void add_notes(TableQuoting quoting, GlueSplit& result) const {
    const auto name = path_.filename().string();
    auto& notes = result.data.notes;
    if (result.skipped > 0) {
      notes.push_back(fmt::format("{}: {} row{} without a usable label left out", name,
                                  result.skipped, result.skipped == 1 ? "" : "s"));
    }
    if (other_encoding_ > 0) {
      notes.push_back(fmt::format(
          "{}: {} row{} bytes that are no UTF-8 and are left out of the text, the first in line "
          "{}; "
          "iconv -f LATIN1 -t UTF-8 converts files of another encoding",
          name, other_encoding_, other_encoding_ == 1 ? " has" : "s have", first_other_line_));
    }
    if (quoting == TableQuoting::kNone && quoting_.looks_quoted()) {
      notes.push_back(fmt::format(
          "{}: the {} text{} with quotation marks look{} as spreadsheet programs write them; the "
          "marks are taken as text, and 'quoting: csv' of the data set takes them off",
          name, quoting_.fields(), quoting_.fields() == 1 ? "" : "s",
          quoting_.fields() == 1 ? "s" : ""));
    }
  }

 private:
  const GlueTask& task_;
  const std::filesystem::path& path_;
  std::vector<std::string>* problems_;
  QuotingEvidence quoting_;
  size_t other_encoding_ = 0;
  size_t first_other_line_ = 0;
};

}  // namespace

GlueSplit read_glue(const std::filesystem::path& root, const GlueTask& task,
                    const std::string& split, TableQuoting quoting,
                    std::vector<std::string>* problems) {
  const auto path = root / task.folder / (split + ".tsv");
  const TextTable table(utf8_text(read_file(path, kMaxFileBytes), path.string()), quoting);
  const auto& rows = table.rows();
  if (rows.empty()) throw DataError(path.string() + ": the file is empty");
  const auto columns = has_header(task)
                           ? find_columns(task, rows.front().fields, {path, rows.front().line})
                           : find_columns(task, {"source", "label", "mark", "sentence"}, {path, 1});
  GlueSplit result;
  result.data.classes = static_cast<int64_t>(task.classes.size());
  RowReader reader(task, path, problems);
  for (size_t i = has_header(task) ? 1 : 0; i < rows.size(); ++i)
    reader.read(columns, rows[i], result);
  reader.add_notes(quoting, result);
  if (result.data.examples.empty() && (problems == nullptr || problems->empty()))
    throw DataError(path.string() + ": no labelled rows");
  return result;
}

}  // namespace ptqbench
