#include "tasks/text/basic_tokens.h"

#include <utility>

namespace ptqbench {
namespace {

/// The blocks of CJK unified and compatibility ideographs that the reference implementation lists.
bool is_chinese(char32_t value) {
  return (value >= 0x4e00 && value <= 0x9fff) || (value >= 0x3400 && value <= 0x4dbf) ||
         (value >= 0x20000 && value <= 0x2a6df) || (value >= 0x2a700 && value <= 0x2b73f) ||
         (value >= 0x2b740 && value <= 0x2b81f) || (value >= 0x2b820 && value <= 0x2ceaf) ||
         (value >= 0xf900 && value <= 0xfaff) || (value >= 0x2f800 && value <= 0x2fa1f);
}

bool is_left_out(char32_t value, PrivateUse private_use) {
  if (value == U'\t' || value == U'\n' || value == U'\r') return false;
  if (private_use == PrivateUse::kLeftOut && is_private_use(value)) return true;
  return value == 0xfffd || is_control(value);
}

/// Stretches of text between white space and around Chinese characters, as they are spelled.
std::vector<Word> split_at_space(std::string_view text, PrivateUse private_use) {
  std::vector<Word> stretches;
  bool open = false;
  for (const auto& character : code_points(text)) {
    if (is_left_out(character.value, private_use)) continue;
    const bool chinese = is_chinese(character.value);
    if (chinese || is_space(character.value)) open = false;
    if (is_space(character.value)) continue;
    if (!open) stretches.emplace_back();
    stretches.back().push_back(character);
    open = !chinese;
  }
  return stretches;
}

void append_split_at_punctuation(const Word& stretch, std::vector<Word>& words) {
  bool open = false;
  for (const auto& character : stretch) {
    const bool punctuation = is_punctuation(character.value);
    if (punctuation || !open) words.emplace_back();
    words.back().push_back(character);
    open = !punctuation;
  }
}

}  // namespace

std::vector<Word> basic_tokens(std::string_view text, Casing casing, PrivateUse private_use) {
  std::vector<Word> words;
  for (auto& stretch : split_at_space(text, private_use)) {
    if (casing == Casing::kLower) stretch = strip_accents(lower_case(stretch));
    append_split_at_punctuation(stretch, words);
  }
  return words;
}

}  // namespace ptqbench
