#include "harness/config/bit_widths.h"

#include <fmt/format.h>

#include <cctype>
#include <charconv>
#include <string_view>

#include "methods/support/error.h"

namespace ptqbench {
namespace {

bool valid(int64_t bits) { return (bits >= 2 && bits <= 8) || bits == 32; }

void check(const BitWidths& bits) {
  const char* wrong = !valid(bits.weights)       ? "weights"
                      : !valid(bits.activations) ? "activations"
                                                 : nullptr;
  if (wrong == nullptr) return;
  throw ConfigError(fmt::format("expected 2 to 8 bits for {}, or 32 for none, got {}", wrong,
                                valid(bits.weights) ? bits.activations : bits.weights));
}

/// Takes `letter`, in either case, and the number after it off the front.
bool take_width(std::string_view& rest, char letter, int64_t& width) {
  if (rest.size() < 2 || std::tolower(static_cast<unsigned char>(rest[0])) != letter) return false;
  // from_chars would take a sign too.
  if (std::isdigit(static_cast<unsigned char>(rest[1])) == 0) return false;
  const auto [end, error] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), width);
  rest.remove_prefix(static_cast<size_t>(end - rest.data()));
  return error == std::errc();
}

}  // namespace

std::string BitWidths::name() const { return fmt::format("w{}a{}", weights, activations); }

bool operator==(const BitWidths& a, const BitWidths& b) {
  return a.weights == b.weights && a.activations == b.activations;
}

BitWidths parse_bit_widths(const std::string& text) {
  std::string_view rest = text;
  BitWidths bits;
  bool read = take_width(rest, 'w', bits.weights);
  if (read && !rest.empty()) read = take_width(rest, 'a', bits.activations);
  if (!read || !rest.empty()) {
    throw ConfigError("expected bits such as w4a4, or w4 for weights only, got " + quoted(text));
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
    const auto weights = map.optional("weights");
    const auto activations = map.optional("activations");
    map.reject_unknown_keys();
    const auto weight_bits = weights ? weights->integer() : std::optional<int64_t>(32);
    const auto activation_bits = activations ? activations->integer() : std::optional<int64_t>(32);
    if (!weight_bits || !activation_bits) return std::nullopt;
    bits = {*weight_bits, *activation_bits};
    check(bits);
    return bits;
  } catch (const ConfigError& error) {
    reader.problem(error.what());
    return std::nullopt;
  }
}

}  // namespace ptqbench
