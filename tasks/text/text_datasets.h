#pragma once

#include <string>
#include <vector>

#include "tasks/data/dataset.h"
#include "tasks/text/question_dataset.h"
#include "tasks/text/text_dataset.h"

namespace ptqbench {

/// What is known of a text data set without its files.
struct TextDatasetInfo {
  std::string name;
  std::string description;
  /// Metrics, the one that tables show first: see tasks/metrics.
  std::vector<std::string> metrics;
  /// 0: regression, or answers.
  int64_t classes = 0;
  int64_t training_samples = 0;
  /// Of the default evaluation split.
  int64_t evaluation_samples = 0;
  /// The split that is evaluated unless the options say another: the one with public labels.
  std::string evaluation_split = "test";
};

/// Data sets of labelled texts and of questions, in the order to list them.
const std::vector<TextDatasetInfo>& text_datasets();
const std::vector<TextDatasetInfo>& question_datasets();

/// Throws ConfigError naming the valid ones.
const TextDatasetInfo& text_dataset_info(const std::string& name);
const TextDatasetInfo& question_dataset_info(const std::string& name);

/// The evaluation split of any data set unless the options say another.
std::string default_evaluation_split(const std::string& dataset);

/// Names of a data set's classes by number; none for regression. Throws ConfigError as above.
std::vector<std::string> text_class_names(const std::string& dataset);

/// Opens one split. Throws ConfigError for an unknown name or split, a missing root and an option
/// that is for images or boxes; IoError as the readers of the formats do, which also say what
/// `problems` are.
TextDataset make_text_dataset(const DatasetOptions& options, const std::string& split,
                              std::vector<std::string>* problems = nullptr);
QuestionDataset make_question_dataset(const DatasetOptions& options, const std::string& split,
                                      std::vector<std::string>* problems = nullptr);

}  // namespace ptqbench
