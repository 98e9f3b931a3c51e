#include "tasks/data/json_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/data_error.h"
#include "support/printable.h"
#include "tasks/data/file.h"

namespace ptqbench {
namespace {

using Bytes = std::vector<uint8_t>;

std::string_view text_at(const Bytes& bytes, size_t begin, size_t most) {
  begin = std::min(begin, bytes.size());
  return {reinterpret_cast<const char*>(bytes.data()) + begin,
          std::min(most, bytes.size() - begin)};
}

bool begins_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

/// Begin of the word that ends at or goes over `at`.
size_t word_begin(const Bytes& bytes, size_t at) {
  while (at > 0 && (std::isalnum(bytes[at - 1]) != 0 || bytes[at - 1] == '-')) --at;
  return at;
}

/// The first byte that is no UTF-8 in the line up to `at`, where the parser stopped, if that is
/// why.
std::optional<size_t> other_encoding(const Bytes& bytes, size_t at) {
  constexpr size_t kLongestCharacter = 4;
  size_t line = std::min(at, bytes.size());
  while (line > 0 && bytes[line - 1] != '\n') --line;
  const size_t invalid = first_invalid_byte(text_at(bytes, line, at - line + kLongestCharacter));
  if (invalid == std::string_view::npos) return std::nullopt;
  const size_t found = line + invalid;
  if (found > at || found + kLongestCharacter < at) return std::nullopt;
  return found;
}

/// What is wrong at the byte that the parser stopped at.
std::string what_is_at(const Bytes& bytes, size_t at) {
  constexpr size_t kShown = 24;
  if (const auto byte = other_encoding(bytes, at)) {
    return fmt::format("the byte '{}' is no UTF-8, in '{}'", printable(text_at(bytes, *byte, 1)),
                       printable(text_at(bytes, word_begin(bytes, *byte), kShown)));
  }
  if (at >= bytes.size()) return "the file ends before its content does";
  for (const char* name : {"NaN", "Infinity", "-Infinity"}) {
    if (begins_with(text_at(bytes, word_begin(bytes, at), 10), name))
      return fmt::format("{} is no number of JSON", name);
  }
  return fmt::format("'{}' cannot stand there", printable(text_at(bytes, at, kShown)));
}

/// Files that people have in the place of a JSON file.
std::string other_kind(const Bytes& bytes) {
  const auto start = text_at(bytes, 0, 64);
  if (start.empty()) return "the file is empty";
  if (begins_with(start, "version https://git-lfs"))
    return "this is the pointer of Git LFS to a file, not the file";
  if (begins_with(start, "<")) return "this is an HTML or XML page";
  if (begins_with(start, "\x1f\x8b") || begins_with(start, "PK\x03\x04"))
    return "this is an archive; unpack it";
  return "";
}

[[noreturn]] void fail(const std::filesystem::path& path, const Bytes& bytes, size_t at,
                       const std::string& reason) {
  const auto begin = bytes.begin();
  const auto end = begin + static_cast<std::ptrdiff_t>(std::min(at, bytes.size()));
  const auto line = 1 + std::count(begin, end, static_cast<uint8_t>('\n'));
  const auto last_break = std::find(std::make_reverse_iterator(end),
                                    std::make_reverse_iterator(begin), static_cast<uint8_t>('\n'));
  const auto column = 1 + std::distance(std::make_reverse_iterator(end), last_break);
  throw DataError(
      fmt::format("{}:{}: not valid JSON: column {}: {}", path.string(), line, column, reason));
}

}  // namespace

nlohmann::json read_json_file(const std::filesystem::path& path, size_t max_bytes,
                              const nlohmann::json::parser_callback_t& keep) {
  const auto bytes = read_file(path, max_bytes);
  try {
    return nlohmann::json::parse(bytes.begin(), bytes.end(), keep);
  } catch (const nlohmann::json::parse_error& error) {
    // Bytes are counted from 1.
    const size_t at = error.byte > 0 ? error.byte - 1 : 0;
    const auto kind = other_kind(bytes);
    fail(path, bytes, kind.empty() ? at : 0, kind.empty() ? what_is_at(bytes, at) : kind);
  } catch (const nlohmann::json::exception&) {
    // A number that is out of range; the parser does not say where.
    throw DataError(fmt::format("{}: not valid JSON: a number is out of range", path.string()));
  }
}

}  // namespace ptqbench
