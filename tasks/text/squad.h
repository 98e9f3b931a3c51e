#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tasks/text/question_dataset.h"

namespace ptqbench {

/// Reads the official JSON of SQuAD 1.1 (Rajpurkar et al., 2016, arXiv 1606.05250) or 2.0
/// (Rajpurkar et al., 2018, arXiv 1806.03822), and files like it. A file of which a question says
/// `is_impossible` is a 2.0 file; there, questions may have no answer, and one that says so has
/// none whatever else it says. `answer_start` counts code points; answers here count bytes. An
/// answer that does not stand where the file says has the place -1, and is noted. Ids may be whole
/// numbers.
///
/// Throws DataError with line and column of malformed JSON, and naming the element, such as
/// `data[3].paragraphs[0].qas[2].id`, for one that is missing or of another type, an id that is
/// there twice, an empty answer, a question without answers in a file of which no question says
/// that it is impossible, and a file without questions. With `problems`, what is wrong with
/// questions is noted there, a sentence each, and they are left out.
QuestionDataset read_squad(const std::filesystem::path& path,
                           std::vector<std::string>* problems = nullptr);

}  // namespace ptqbench
