#pragma once

#include <vector>

#include "tasks/text/answer_windows.h"
#include "tasks/text/question_dataset.h"
#include "tasks/text_task.h"

namespace ptqbench {

/// The span of a context that answers a question; exact match and F1 as SQuAD's official evaluation
/// computes them. Long contexts are read in windows. A question is one sample; for calibration it
/// is its first window. Calibration and losses leave out questions whose answer does not stand
/// where the file says, which decides nothing in the evaluation. Inputs are padded to the longest
/// of those asked for.
class QuestionAnswering : public TextTask<QuestionDataset> {
 public:
  /// Opens both splits and the vocabulary. Throws as make_question_dataset, make_tokenizer and
  /// answer_windows do.
  explicit QuestionAnswering(const TaskOptions& options);

  UnitGraph make_model(const ModelSpec& spec) const override;
  Tensors calibration_inputs(const std::vector<int64_t>& ids) const override;
  Metrics evaluate(const UnitGraph& model, Pass& pass, int64_t samples, int64_t batch_size,
                   DeviceGroup& group) const override;
  /// That of the training, on real tokens only.
  Loss loss(Split split, const std::vector<int64_t>& ids, int64_t batch_size) const override;
  std::unique_ptr<TrainingData> training_data(const TrainOptions& options) const override;
  std::vector<std::string> notes() const override;

 private:
  std::unique_ptr<TrainingData> training_on(const std::vector<Question>& questions,
                                            const TrainOptions& options) const;
  std::vector<AnswerWindow> windows(const Question& question) const;
};

}  // namespace ptqbench
