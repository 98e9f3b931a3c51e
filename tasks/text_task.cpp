#include "tasks/text_task.h"

#include <torch/types.h>

#include <algorithm>
#include <numeric>

#include "tasks/checkpoint/content_hash.h"
#include "tasks/text_inputs.h"

namespace ptqbench {
namespace {

int64_t sample_count(const TextDataset& data) { return static_cast<int64_t>(data.examples.size()); }
int64_t sample_count(const QuestionDataset& data) {
  return static_cast<int64_t>(data.questions.size());
}

}  // namespace

template <class Data>
TextTask<Data>::TextTask(const TaskOptions& options, const TextDatasetInfo& info,
                         Opener open_calibration, Opener open_evaluation)
    : options_(options),
      info_(info),
      tokenizer_(make_tokenizer(options)),
      calibration_(open_calibration(options.dataset, options.dataset.calibration_split)),
      evaluation_(open_evaluation(options.dataset, options.dataset.evaluation_split)) {}

template <class Data>
int64_t TextTask<Data>::calibration_population() const {
  return sample_count(calibration_);
}

template <class Data>
int64_t TextTask<Data>::evaluation_population() const {
  return sample_count(evaluation_);
}

template <class Data>
const std::string& TextTask<Data>::data_key() const {
  std::call_once(key_computed_, [&] {
    data_key_ = sha256_text(content_key(calibration_) + "\n" + content_key(evaluation_) + "\n" +
                            tokenizer_key(options_, tokenizer_));
  });
  return data_key_;
}

template <class Data>
Tensors TextTask<Data>::padded_sample() const {
  // About as many as a calibration has.
  constexpr int64_t kLookedAt = 256;
  std::vector<int64_t> ids(static_cast<size_t>(std::min(kLookedAt, calibration_population())));
  std::iota(ids.begin(), ids.end(), 0);
  auto sample = calibration_inputs(ids);
  for (auto& input : sample) input = input.slice(0, 0, 1);
  return sample;
}

template class TextTask<TextDataset>;
template class TextTask<QuestionDataset>;

}  // namespace ptqbench
