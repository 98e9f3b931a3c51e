#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ptqbench {

/// A code point and the bytes [begin, end) of the UTF-8 text that it came from. Mappings keep the
/// bytes, so that several code points may share them.
struct CodePoint {
  char32_t value = 0;
  int64_t begin = 0;
  int64_t end = 0;
};

/// The code points of a UTF-8 text. Bytes that are no UTF-8 become U+FFFD, one for each longest
/// wrong beginning of a sequence (Unicode 15, section 3.9).
std::vector<CodePoint> code_points(std::string_view text);

void append_utf8(std::string& text, char32_t value);
std::string to_utf8(const std::vector<CodePoint>& characters);

/// Full lower-casing without a locale, with the final form of sigma (Unicode 15, section 3.13).
std::vector<CodePoint> lower_case(const std::vector<CodePoint>& characters);

/// Canonical decomposition (NFD) without nonspacing marks (category Mn). The bytes of a mark that
/// is dropped go to the character before it.
std::vector<CodePoint> strip_accents(const std::vector<CodePoint>& characters);

/// White space as Python's `str.split` sees it: category Zs, line and paragraph separators, and the
/// control characters of the bidirectional classes WS, B and S.
bool is_space(char32_t value);

/// Categories Cc and Cf.
bool is_control(char32_t value);

/// Category Co.
bool is_private_use(char32_t value);

/// Categories P*, and all visible ASCII characters that are neither letters nor digits.
bool is_punctuation(char32_t value);

/// Letters, numbers and the underscore: what regular expressions in Python mean by `\w`.
bool is_word_character(char32_t value);

}  // namespace ptqbench
