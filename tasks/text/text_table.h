#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace ptqbench {

enum class TableQuoting {
  /// Quotation marks are text like any other, as in the files of GLUE.
  kNone,
  /// A field in quotation marks holds tabs, line breaks and doubled quotation marks (RFC 4180), as
  /// spreadsheet programs and pandas write it.
  kCsv,
};

/// A table with a row a line and columns between tabs.
class TextTable {
 public:
  struct Row {
    /// Where it begins, from 1.
    size_t line = 0;
    std::vector<std::string_view> fields;
  };

  /// Blank lines are no rows.
  TextTable(std::string text, TableQuoting quoting);
  TextTable(const TextTable&) = delete;
  TextTable& operator=(const TextTable&) = delete;

  const std::vector<Row>& rows() const { return rows_; }

 private:
  void read_lines();
  void read_quoted();

  std::string text_;
  /// Contents of fields whose quotation marks were taken off.
  std::deque<std::string> unquoted_;
  std::vector<Row> rows_;
};

/// Whether quotation marks in these fields look as a spreadsheet program writes them: all fields
/// with any begin and end with one and have only doubled ones inside, and there are two such
/// fields, or one with doubled ones.
class QuotingEvidence {
 public:
  void add(std::string_view field);
  bool looks_quoted() const;
  size_t fields() const { return quoted_; }

 private:
  size_t quoted_ = 0;
  size_t with_doubled_ = 0;
  bool contradicted_ = false;
};

}  // namespace ptqbench
