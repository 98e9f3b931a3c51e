#include "tasks/text/text_table.h"

#include <algorithm>
#include <utility>

#include "tasks/text/text_lines.h"

namespace ptqbench {
namespace {

std::vector<std::string_view> split_at_tabs(std::string_view line) {
  std::vector<std::string_view> fields;
  while (true) {
    const size_t end = line.find('\t');
    fields.push_back(line.substr(0, end));
    if (end == std::string_view::npos) return fields;
    line.remove_prefix(end + 1);
  }
}

}  // namespace

TextTable::TextTable(std::string text, TableQuoting quoting) : text_(std::move(text)) {
  if (quoting == TableQuoting::kCsv) {
    read_quoted();
  } else {
    read_lines();
  }
}

void TextTable::read_lines() {
  const auto lines = text_lines(text_);
  for (size_t i = 0; i < lines.size(); ++i) {
    if (!lines[i].empty()) rows_.push_back({i + 1, split_at_tabs(lines[i])});
  }
}

void TextTable::read_quoted() {
  std::string_view rest = text_;
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  if (rest.substr(0, kMark.size()) == kMark) rest.remove_prefix(kMark.size());
  size_t line = 1;
  while (!rest.empty()) {
    Row row{line, {}};
    for (bool more = true; more;) {
      std::string& field = unquoted_.emplace_back();
      if (rest.substr(0, 1) == "\"") {
        rest.remove_prefix(1);
        while (!rest.empty()) {
          if (rest.front() == '"' && rest.substr(0, 2) != "\"\"") break;
          if (rest.front() == '"') rest.remove_prefix(1);
          line += rest.front() == '\n' ? 1 : 0;
          field += rest.front();
          rest.remove_prefix(1);
        }
        rest.remove_prefix(std::min<size_t>(1, rest.size()));
      }
      const size_t end = std::min(rest.find_first_of("\t\n"), rest.size());
      field += rest.substr(0, end);
      rest.remove_prefix(end);
      more = !rest.empty() && rest.front() == '\t';
      if (!more && !field.empty() && field.back() == '\r') field.pop_back();
      line += !rest.empty() && rest.front() == '\n' ? 1 : 0;
      rest.remove_prefix(std::min<size_t>(1, rest.size()));
      row.fields.push_back(field);
    }
    if (row.fields.size() > 1 || !row.fields.front().empty()) rows_.push_back(std::move(row));
  }
}

void QuotingEvidence::add(std::string_view field) {
  if (field.find('"') == std::string_view::npos) return;
  if (field.size() < 2 || field.front() != '"' || field.back() != '"') {
    contradicted_ = true;
    return;
  }
  bool doubled = false;
  for (auto inside = field.substr(1, field.size() - 2); !inside.empty();) {
    const size_t mark = inside.find('"');
    if (mark == std::string_view::npos) break;
    if (inside.substr(mark, 2) != "\"\"") {
      contradicted_ = true;
      return;
    }
    doubled = true;
    inside.remove_prefix(mark + 2);
  }
  ++quoted_;
  with_doubled_ += doubled ? 1 : 0;
}

bool QuotingEvidence::looks_quoted() const {
  return !contradicted_ && (with_doubled_ > 0 || quoted_ > 1);
}

}  // namespace ptqbench
