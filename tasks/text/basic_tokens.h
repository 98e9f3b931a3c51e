#pragma once

#include <string_view>
#include <vector>

#include "tasks/text/unicode.h"

namespace ptqbench {

enum class Casing {
  /// Lower case without accents, as the "uncased" models of BERT expect it.
  kLower,
  kKeep,
};

/// Characters that Unicode leaves to private agreement (category Co).
enum class PrivateUse {
  /// Left out like control characters, as Hugging Face's tokenizers do.
  kLeftOut,
  /// Letters like others, as for google-research/bert.
  kKept,
};

/// The characters of a word, normalised, with the bytes of the text that they came from.
using Word = std::vector<CodePoint>;

/// The words of a UTF-8 text as BERT's basic tokenization finds them (Devlin et al., 2018,
/// reference implementation google-research/bert): control characters and U+FFFD are left out, so
/// bytes that are no UTF-8 are, too; words end at white space; Chinese characters and punctuation
/// are words of their own; with Casing::kLower each word is in lower case and has no accents.
std::vector<Word> basic_tokens(std::string_view text, Casing casing,
                               PrivateUse private_use = PrivateUse::kLeftOut);

}  // namespace ptqbench
