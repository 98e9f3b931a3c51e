#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tasks/text/glue_task.h"
#include "tasks/text/text_dataset.h"
#include "tasks/text/text_table.h"

namespace ptqbench {

/// A labelled file of a GLUE task.
struct GlueSplit {
  TextDataset data;
  /// Rows that have no usable label and that the official loaders leave out, too: of QQP those
  /// with too few columns or an empty label, of MNLI those on whose label the annotators did not
  /// agree ("-").
  int64_t skipped = 0;
};

/// Reads `root/FOLDER/SPLIT.tsv`, split "train" or one of the task's evaluation splits: the
/// official files, tab-separated and without any quoting, columns named by the first line. CoLA's
/// files have no such line; their columns are source, label, the author's mark and sentence. A
/// label is the name of a class or its number, which may be written as 1.0; a number from 0 to 5 in
/// STS-B. Blank lines are no rows, and further columns are ignored. Files may be UTF-16 with a
/// byte-order mark. Bytes that are no UTF-8, and quotation marks that look as spreadsheet programs
/// write them, are noted.
///
/// Throws DataError with file and line for a row with too few columns or a wrong label, when a
/// column is not among those of the first line, and when there are no rows; IoError when there is
/// no such file. With `problems`, what is wrong with rows is noted there, a sentence each, and they
/// are left out.
GlueSplit read_glue(const std::filesystem::path& root, const GlueTask& task,
                    const std::string& split, TableQuoting quoting = TableQuoting::kNone,
                    std::vector<std::string>* problems = nullptr);

}  // namespace ptqbench
