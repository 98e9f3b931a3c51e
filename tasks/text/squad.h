#pragma once

#include <filesystem>

#include "tasks/text/question_dataset.h"

namespace ptqbench {

/// Reads the official JSON of SQuAD 1.1 (Rajpurkar et al., 2016, arXiv 1606.05250) or 2.0
/// (Rajpurkar et al., 2018, arXiv 1806.03822). A file whose questions say `is_impossible` is a 2.0
/// file; there, questions may have no answer. `answer_start` counts code points; answers here count
/// bytes.
///
/// Throws IoError with line and column of malformed JSON, and naming the element, such as
/// `data[3].paragraphs[0].qas[2].id`, for one that is missing or of another type, an id that is
/// there twice, an answer whose text does not stand in the context where the file says, a question
/// without answers that does not say that it is impossible or that says so and has some, and a file
/// without questions.
QuestionDataset read_squad(const std::filesystem::path& path);

}  // namespace ptqbench
