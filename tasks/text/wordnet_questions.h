#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tasks/text/question_dataset.h"

namespace ptqbench {

/// A lexicographer file that questions ask about, and how they call one of its entries.
struct WordnetCategory {
  std::string lexicographer_file;
  std::string phrase;
};

/// The nouns' files whose names read well in "Which of these is ...?" and whose entries are seldom
/// one of the others as well.
const std::vector<WordnetCategory>& wordnet_question_categories();

/// "Which of these is an animal?"
std::string wordnet_question_about(const WordnetCategory& category);

constexpr int64_t kWordnetTrainQuestions = 40000;
constexpr int64_t kWordnetTestQuestions = 4000;

/// Question answering on WordNet. A context is four dictionary entries of different categories,
///   "bayberry: the root of ... . plover: any of numerous ... . ...",
/// the question names the category of one of them, "Which of these is an animal?", and the answer
/// is the headword of that entry where the entry begins.
///
/// How instances are made. Entries: nouns of wordnet_question_categories() with a headword (the
/// first word of the entry) of at most 24 letters, spaces, hyphens and apostrophes, and a gloss of
/// two words to 60 bytes without colon and full stop. They keep the split and the order of
/// read_wordnet_split, so no entry and no gloss is in both splits. Entries for training whose
/// headword is one of an entry for testing are left out, so no headword is in both splits either.
/// For each question, four categories are drawn without replacement, with probabilities in
/// proportion to the square root of their number of entries (rare ones are asked about often, yet
/// not worn out); of each, the next entry in turn is taken; the four are shuffled; and the entry
/// that is asked for is one of the four with equal probability. Draws are Philox numbers of the
/// question's number: the same on every machine.
///
/// What leaks. The position tells nothing, and neither does the question without the context nor
/// the context without the question: each alone gets about one of four right. The form of a
/// headword does tell: "genus ..." is a plant or an animal, a capital a person or a place, and the
/// last word of a compound ("finger food") occurs in both splits; docs/wordnet.md has how far
/// headwords alone carry. Entries occur in several questions of their split.
///
/// 40,000 questions in "train" and 4,000 in "test", whatever the number of entries. Throws as
/// read_wordnet_split, and IoError when a category has no entries.
QuestionDataset wordnet_questions(const std::filesystem::path& root, const std::string& split);

}  // namespace ptqbench
