#pragma once

#include <mutex>
#include <string>

#include "tasks/task.h"
#include "tasks/text/question_dataset.h"
#include "tasks/text/text_dataset.h"
#include "tasks/text/text_datasets.h"
#include "tasks/text/wordpiece.h"

namespace ptqbench {

/// What tasks on texts have in common: two splits of `Data` (TextDataset or QuestionDataset), the
/// tokenizer that reads them, and the key that tells them from others.
template <class Data>
class TextTask : public Task {
 public:
  int64_t calibration_population() const override;
  int64_t evaluation_population() const override;
  const std::string& data_key() const override;
  /// As long as the longest of the first calibration samples.
  Tensors padded_sample() const override;

 protected:
  /// Opens a split.
  using Opener = Data (*)(const DatasetOptions& options, const std::string& split);
  /// Opens the vocabulary, then both splits. Throws as make_tokenizer and the openers do.
  TextTask(const TaskOptions& options, const TextDatasetInfo& info, Opener open_calibration,
           Opener open_evaluation);

  const TextOptions& text() const { return options_.text; }
  const TextDatasetInfo& info() const { return info_; }
  const WordPieceTokenizer& tokenizer() const { return tokenizer_; }
  const Data& calibration() const { return calibration_; }
  const Data& evaluation() const { return evaluation_; }

 private:
  TaskOptions options_;
  const TextDatasetInfo& info_;
  WordPieceTokenizer tokenizer_;
  Data calibration_;
  Data evaluation_;
  mutable std::once_flag key_computed_;
  mutable std::string data_key_;
};

extern template class TextTask<TextDataset>;
extern template class TextTask<QuestionDataset>;

}  // namespace ptqbench
