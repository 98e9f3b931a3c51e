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
};

/// Data sets of labelled texts and of questions, in the order to list them.
const std::vector<TextDatasetInfo>& text_datasets();
const std::vector<TextDatasetInfo>& question_datasets();

/// Throws ConfigError naming the valid ones.
const TextDatasetInfo& text_dataset_info(const std::string& name);
const TextDatasetInfo& question_dataset_info(const std::string& name);

/// Opens one split. Throws ConfigError for an unknown name or split, a missing root and an option
/// that is for images; IoError as the readers of the formats do.
TextDataset make_text_dataset(const DatasetOptions& options, const std::string& split);
QuestionDataset make_question_dataset(const DatasetOptions& options, const std::string& split);

}  // namespace ptqbench
