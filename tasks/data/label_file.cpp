#include "tasks/data/label_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "support/data_error.h"
#include "tasks/data/file.h"

namespace ptqbench {
namespace {

constexpr size_t kMaxLabelFileBytes = size_t{1} << 28;
constexpr const char* kForms = "expected 'NAME LABEL', 'NAME,LABEL' or 'LABEL'";

struct Line {
  int number = 0;
  /// Empty where the line is a label alone.
  std::string picture;
  std::string label;
};

[[noreturn]] void fail(const std::filesystem::path& path, int line, const std::string& message) {
  throw DataError(fmt::format("{}:{}: {}", path.string(), line, message));
}

/// The pictures by the names that a list may call them.
class PictureNames {
 public:
  explicit PictureNames(const std::vector<std::string>& pictures) : pictures_(pictures) {
    for (size_t i = 0; i < pictures.size(); ++i) {
      by_name_.emplace(pictures[i], i);
      by_stem_[std::filesystem::path(pictures[i]).stem().string()].push_back(i);
    }
  }

  /// Its place, by its whole name or without the ending; none where none or several are meant.
  std::optional<size_t> find(const std::string& name) const {
    const auto whole = by_name_.find(name);
    if (whole != by_name_.end()) return whole->second;
    const auto stem = by_stem_.find(name);
    if (stem == by_stem_.end() || stem->second.size() > 1) return std::nullopt;
    return stem->second.front();
  }

  const std::vector<std::string>& sorted() const { return pictures_; }

 private:
  const std::vector<std::string>& pictures_;
  std::map<std::string, size_t> by_name_;
  std::map<std::string, std::vector<size_t>> by_stem_;
};

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::string own_name(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

/// Without the space and the quotes around it.
std::string bare(std::string field) {
  const auto space = [](char letter) { return std::isspace(static_cast<unsigned char>(letter)); };
  field.erase(std::find_if_not(field.rbegin(), field.rend(), space).base(), field.end());
  field.erase(field.begin(), std::find_if_not(field.begin(), field.end(), space));
  if (field.size() >= 2 && field.front() == '"' && field.back() == '"')
    field = field.substr(1, field.size() - 2);
  return field;
}

bool is_kaggle_heading(const std::string& row) {
  return row.rfind("ImageId,PredictionString", 0) == 0;
}

/// What tables call the column of the pictures.
bool is_heading(const std::string& first_field) {
  static const std::set<std::string> known = {"file", "file_name", "filename", "id",
                                              "image", "image_id", "imageid",  "name", "path"};
  std::string lower = first_field;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return known.count(lower) > 0;
}

/// Reads the rows of one file, each in the form that it has.
class LineReader {
 public:
  LineReader(const std::filesystem::path& path, const PictureNames& pictures)
      : path_(path), pictures_(pictures) {}

  std::vector<Line> read() {
    const auto bytes = read_file(path_, kMaxLabelFileBytes);
    std::istringstream text(std::string(bytes.begin(), bytes.end()));
    std::vector<Line> lines;
    std::string row;
    for (int number = 1; std::getline(text, row); ++number) {
      constexpr const char* kByteOrderMark = "\xef\xbb\xbf";
      if (number == 1 && row.rfind(kByteOrderMark, 0) == 0) row.erase(0, 3);
      auto line = read_row(row, number);
      if (!line) continue;
      if (!lines.empty() && line->picture.empty() != lines.front().picture.empty())
        fail(path_, number, "some lines name their picture and some do not");
      lines.push_back(std::move(*line));
    }
    if (lines.empty()) throw DataError(path_.string() + ": no labels");
    return lines;
  }

 private:
  /// Nothing of an empty row and of a heading.
  std::optional<Line> read_row(const std::string& row, int number) {
    const auto words = words_of(row);
    if (words.empty()) return std::nullopt;
    // The name of a picture may have a comma.
    const bool names_picture = words.size() == 2 && pictures_.find(own_name(words[0]));
    if (!names_picture && row.find(',') != std::string::npos) return read_table_row(row, number);
    if (words.size() > 2) fail(path_, number, std::string(kForms) + ", got '" + row + "'");
    if (words.size() == 1) return Line{number, "", words[0]};
    return Line{number, own_name(words[0]), words[1]};
  }

  std::optional<Line> read_table_row(const std::string& row, int number) {
    if (number == 1 && is_kaggle_heading(row)) {
      is_kaggle_ = true;
      return std::nullopt;
    }
    const size_t comma = row.find(',');
    const std::string name = bare(row.substr(0, comma));
    if (number == 1 && is_heading(name)) return std::nullopt;
    std::string label = bare(row.substr(comma + 1));
    const auto words = words_of(label);
    const bool one_word = words.size() == 1 && label.find(',') == std::string::npos;
    if (name.empty() || words.empty() || !(one_word || is_kaggle_))
      fail(path_, number, std::string(kForms) + ", got '" + row + "'");
    return Line{number, own_name(name), words[0]};
  }

  const std::filesystem::path& path_;
  const PictureNames& pictures_;
  /// Behind the label stand the sides of its box, and then perhaps further ones.
  bool is_kaggle_ = false;
};

/// The lines in the order of the pictures.
std::vector<Line> in_order_of(const PictureNames& names, const std::vector<Line>& lines,
                              const std::filesystem::path& path) {
  const auto& pictures = names.sorted();
  if (lines.front().picture.empty()) {
    if (lines.size() == pictures.size()) return lines;
    throw DataError(
        fmt::format("{}: {} labels for {} pictures", path.string(), lines.size(), pictures.size()));
  }
  std::vector<const Line*> line_of(pictures.size());
  for (const Line& line : lines) {
    const auto place = names.find(line.picture);
    if (!place) fail(path, line.number, "there is no picture '" + line.picture + "'");
    if (line_of[*place] != nullptr)
      fail(path, line.number, "'" + pictures[*place] + "' is named twice");
    line_of[*place] = &line;
  }
  std::vector<Line> ordered;
  for (size_t i = 0; i < pictures.size(); ++i) {
    if (line_of[i] == nullptr)
      throw DataError(fmt::format("{}: no label for '{}'", path.string(), pictures[i]));
    ordered.push_back(*line_of[i]);
  }
  return ordered;
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
    throw DataError(fmt::format(
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
    throw DataError(fmt::format(
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
  result.class_names = sorted;
  return result;
}

}  // namespace

FileLabels read_label_file(const std::filesystem::path& path,
                           const std::vector<std::string>& pictures, int64_t classes) {
  const PictureNames names(pictures);
  const auto lines = in_order_of(names, LineReader(path, names).read(), path);
  const bool numbers = std::any_of(lines.begin(), lines.end(), [](const Line& line) {
    return parse_number(line.label).has_value();
  });
  return numbers ? numbered(lines, classes, path) : named(lines, classes, path);
}

}  // namespace ptqbench
