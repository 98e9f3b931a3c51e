#pragma once

#include <vector>

#include "tasks/text/answer_windows.h"
#include "tasks/text/encode.h"
#include "tasks/training/train_options.h"
#include "tasks/training/training_data.h"

namespace ptqbench {

/// Encoded texts in batches of about one length, whose words are left out at random
/// (TrainOptions::token_dropout). What is to be learned from them is with the derived classes.
class EncodedTrainingData : public TrainingData {
 public:
  EncodedTrainingData(const Vocabulary& vocabulary, std::vector<Encoding> encodings,
                      const TrainOptions& options);

  int64_t size() const override { return static_cast<int64_t>(encodings_.size()); }
  std::vector<std::vector<int64_t>> batches(int64_t batch_size, uint64_t seed) const override;

 protected:
  /// Inputs of the samples as the epoch sees them: some tokens, drawn by (seed, epoch, sample), are
  /// [UNK]; special tokens never.
  Tensors inputs(const std::vector<int64_t>& samples, int64_t epoch) const;
  const TrainOptions& options() const { return options_; }

 private:
  Vocabulary vocabulary_;
  std::vector<Encoding> encodings_;
  TrainOptions options_;
};

/// A label for each text: cross entropy with label smoothing over `classes`; 0 classes: a number,
/// squared error.
class TextTrainingData : public EncodedTrainingData {
 public:
  TextTrainingData(const Vocabulary& vocabulary, std::vector<Encoding> encodings,
                   std::vector<double> labels, int64_t classes, const TrainOptions& options);

  at::Tensor loss(const UnitGraph& model, Pass& pass, const std::vector<int64_t>& samples,
                  int64_t epoch) const override;

 private:
  std::vector<double> labels_;
  int64_t classes_;
};

/// A span for each text: the mean of the cross entropies of its first and of its last token over
/// all positions that are no padding (Devlin et al. 2019, arXiv:1810.04805, section 4.2).
class SpanTrainingData : public EncodedTrainingData {
 public:
  SpanTrainingData(const Vocabulary& vocabulary, std::vector<Encoding> encodings,
                   std::vector<TokenSpan> spans, const TrainOptions& options);

  at::Tensor loss(const UnitGraph& model, Pass& pass, const std::vector<int64_t>& samples,
                  int64_t epoch) const override;

 private:
  std::vector<TokenSpan> spans_;
};

}  // namespace ptqbench
