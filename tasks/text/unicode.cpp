#include "tasks/text/unicode.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <stdexcept>

namespace ptqbench {
namespace {

constexpr char32_t kReplacement = 0xfffd;
constexpr char32_t kCapitalSigma = 0x3a3;
constexpr char32_t kSmallSigma = 0x3c3;
constexpr char32_t kFinalSigma = 0x3c2;
constexpr char32_t kCapitalIWithDot = 0x130;
constexpr char32_t kDotAbove = 0x307;

UChar32 icu(char32_t value) { return static_cast<UChar32>(value); }

bool has_category(char32_t value, uint32_t mask) { return (U_GET_GC_MASK(icu(value)) & mask) != 0; }

bool is_ignored_by_case(char32_t value) {
  return u_hasBinaryProperty(icu(value), UCHAR_CASE_IGNORABLE) != 0;
}

bool is_cased(char32_t value) { return u_hasBinaryProperty(icu(value), UCHAR_CASED) != 0; }

/// Whether a sigma at `index` follows a letter and ends its word.
bool is_final_sigma(const std::vector<CodePoint>& characters, size_t index) {
  size_t before = index;
  while (before > 0 && is_ignored_by_case(characters[before - 1].value)) --before;
  if (before == 0 || !is_cased(characters[before - 1].value)) return false;
  size_t after = index + 1;
  while (after < characters.size() && is_ignored_by_case(characters[after].value)) ++after;
  return after == characters.size() || !is_cased(characters[after].value);
}

const UNormalizer2& decomposition() {
  UErrorCode status = U_ZERO_ERROR;
  const UNormalizer2* normalizer = unorm2_getNFDInstance(&status);
  if (U_FAILURE(status) != 0) throw std::logic_error("ICU has no data for NFD");
  return *normalizer;
}

void append_decomposed(const CodePoint& character, std::vector<CodePoint>& all) {
  // The longest canonical decomposition has four code points.
  UChar units[16];
  UErrorCode status = U_ZERO_ERROR;
  const int32_t length =
      unorm2_getRawDecomposition(&decomposition(), icu(character.value), units, 16, &status);
  if (length < 0 || U_FAILURE(status) != 0) {
    all.push_back(character);
    return;
  }
  for (int32_t i = 0; i < length;) {
    UChar32 part = 0;
    U16_NEXT(units, i, length, part);
    append_decomposed({static_cast<char32_t>(part), character.begin, character.end}, all);
  }
}

/// Sorts each run of combining characters by their classes (Unicode 15, D109).
void order_canonically(std::vector<CodePoint>& characters) {
  const auto is_starter = [](const CodePoint& c) { return u_getCombiningClass(icu(c.value)) == 0; };
  auto run = characters.begin();
  while (run != characters.end()) {
    run = std::find_if_not(run, characters.end(), is_starter);
    const auto end = std::find_if(run, characters.end(), is_starter);
    std::stable_sort(run, end, [](const CodePoint& a, const CodePoint& b) {
      return u_getCombiningClass(icu(a.value)) < u_getCombiningClass(icu(b.value));
    });
    run = end;
  }
}

}  // namespace

std::vector<CodePoint> code_points(std::string_view text) {
  std::vector<CodePoint> characters;
  characters.reserve(text.size());
  const auto length = static_cast<int64_t>(text.size());
  for (int64_t i = 0; i < length;) {
    const int64_t begin = i;
    UChar32 value = 0;
    U8_NEXT(text.data(), i, length, value);
    characters.push_back({value < 0 ? kReplacement : static_cast<char32_t>(value), begin, i});
  }
  return characters;
}

void append_utf8(std::string& text, char32_t value) {
  uint8_t bytes[U8_MAX_LENGTH];
  int32_t length = 0;
  U8_APPEND_UNSAFE(bytes, length, value);
  text.append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(length));
}

std::string to_utf8(const std::vector<CodePoint>& characters) {
  std::string text;
  for (const auto& character : characters) append_utf8(text, character.value);
  return text;
}

std::vector<CodePoint> lower_case(const std::vector<CodePoint>& characters) {
  std::vector<CodePoint> lower;
  lower.reserve(characters.size());
  for (size_t i = 0; i < characters.size(); ++i) {
    CodePoint character = characters[i];
    const char32_t value = character.value;
    if (value == kCapitalSigma) {
      character.value = is_final_sigma(characters, i) ? kFinalSigma : kSmallSigma;
    } else {
      character.value = static_cast<char32_t>(u_tolower(icu(value)));
    }
    lower.push_back(character);
    // The only letter that becomes two in all languages.
    if (value == kCapitalIWithDot) lower.push_back({kDotAbove, character.begin, character.end});
  }
  return lower;
}

std::vector<CodePoint> strip_accents(const std::vector<CodePoint>& characters) {
  std::vector<CodePoint> decomposed;
  decomposed.reserve(characters.size());
  for (const auto& character : characters) append_decomposed(character, decomposed);
  order_canonically(decomposed);
  std::vector<CodePoint> kept;
  kept.reserve(decomposed.size());
  for (const auto& character : decomposed) {
    if (!has_category(character.value, U_GC_MN_MASK)) {
      kept.push_back(character);
    } else if (!kept.empty()) {
      kept.back().end = std::max(kept.back().end, character.end);
    }
  }
  return kept;
}

bool is_space(char32_t value) {
  if (has_category(value, U_GC_Z_MASK)) return true;
  return (value >= 0x9 && value <= 0xd) || (value >= 0x1c && value <= 0x1f) || value == 0x85;
}

bool is_control(char32_t value) { return has_category(value, U_GC_CC_MASK | U_GC_CF_MASK); }

bool is_private_use(char32_t value) { return has_category(value, U_GC_CO_MASK); }

bool is_punctuation(char32_t value) {
  if (value < 0x80)
    return value > 0x20 && value < 0x7f && (value == U'_' || !is_word_character(value));
  return has_category(value, U_GC_P_MASK);
}

bool is_word_character(char32_t value) {
  return value == U'_' || has_category(value, U_GC_L_MASK | U_GC_N_MASK);
}

}  // namespace ptqbench
