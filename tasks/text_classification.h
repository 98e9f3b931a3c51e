#pragma once

#include <vector>

#include "tasks/text/encode.h"
#include "tasks/text/text_dataset.h"
#include "tasks/text_task.h"

namespace ptqbench {

/// One label, or one number, for a text or a pair of texts; the metrics of its data set on the
/// evaluation split, calibration on texts of the other. Inputs are padded to the longest of those
/// asked for.
class TextClassification : public TextTask<TextDataset> {
 public:
  /// Opens both splits and the vocabulary. Throws as make_text_dataset and make_tokenizer do.
  explicit TextClassification(const TaskOptions& options);

  UnitGraph make_model(const ModelSpec& spec) const override;
  Tensors calibration_inputs(const std::vector<int64_t>& ids) const override;
  Metrics evaluate(const UnitGraph& model, Pass& pass, int64_t samples, int64_t batch_size,
                   DeviceGroup& group) const override;
  /// That of the training, on real tokens only.
  Loss loss(Split split, const std::vector<int64_t>& ids, int64_t batch_size) const override;
  std::unique_ptr<TrainingData> training_data(const TrainOptions& options) const override;
  std::vector<std::string> notes() const override;
  std::vector<std::string> class_names() const override;
  double chance() const override;

 private:
  std::vector<Encoding> encode_all(const TextDataset& data) const;

  std::vector<Encoding> evaluation_encodings_;
};

}  // namespace ptqbench
