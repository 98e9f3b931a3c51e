#include "harness/config/bit_widths.h"

#include <fmt/format.h>

#include <cctype>
#include <charconv>
#include <string_view>

#include "support/bits.h"
#include "support/error.h"

namespace ptqbench {
namespace {

bool valid(int64_t bits) {
  return (bits >= kFewestBits && bits <= kMostBits) || bits == kNotQuantized;
}

void check(const BitWidths& bits) {
  const auto check_one = [](const char* what, int64_t value) {
    if (valid(value)) return;
    throw ConfigError(fmt::format("expected {} to {} bits for {}, or {} for none, got {}",
                                  kFewestBits, kMostBits, what, kNotQuantized, value));
  };
  check_one("weights", bits.weights);
  check_one("activations", bits.activations);
  if (bits.embeddings != 0) check_one("embeddings", bits.embeddings);
}

bool starts_with(std::string_view text, char letter) {
  return !text.empty() && std::tolower(static_cast<unsigned char>(text[0])) == letter;
}

/// Takes `letter`, in either case, and the number after it off the front.
bool take_width(std::string_view& rest, char letter, int64_t& width) {
  if (rest.size() < 2 || !starts_with(rest, letter)) return false;
  // from_chars would take a sign too.
  if (std::isdigit(static_cast<unsigned char>(rest[1])) == 0) return false;
  const auto [end, error] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), width);
  rest.remove_prefix(static_cast<size_t>(end - rest.data()));
  return error == std::errc();
}

}  // namespace

BitWidths parse_bit_widths(const std::string& text) {
  std::string_view rest = text;
  BitWidths bits;
  bool read = true;
  if (starts_with(rest, 'e')) {
    read = take_width(rest, 'e', bits.embeddings);
    // 0 stands for "as the weights" and cannot be said.
    if (read && bits.embeddings == 0) bits.embeddings = -1;
  }
  read = read && take_width(rest, 'w', bits.weights);
  if (read && !rest.empty()) read = take_width(rest, 'a', bits.activations);
  if (!read || !rest.empty()) {
    throw ConfigError(
        "expected bits such as w4a4, w4 for weights only, or e8w4a4 with "
        "embeddings apart, got " +
        quoted(text));
  }
  check(bits);
  return bits;
}

std::optional<BitWidths> read_bit_widths(const YamlReader& reader) {
  try {
    BitWidths bits;
    if (!reader.is(YamlValue::Kind::kMap)) {
      const auto text = reader.text();
      if (!text) return std::nullopt;
      return parse_bit_widths(*text);
    }
    YamlMapReader map(reader);
    bool readable = true;
    const auto read = [&](const char* key, int64_t& width) {
      const auto value = map.optional(key);
      if (!value) return;
      const auto number = value->integer({kFewestBits});
      readable = readable && number.has_value();
      if (number) width = *number;
    };
    read("embeddings", bits.embeddings);
    read("weights", bits.weights);
    read("activations", bits.activations);
    map.reject_unknown_keys();
    if (!readable) return std::nullopt;
    check(bits);
    return bits;
  } catch (const ConfigError& error) {
    reader.problem(error.what());
    return std::nullopt;
  }
}

}  // namespace ptqbench
