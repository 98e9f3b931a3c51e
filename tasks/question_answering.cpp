#include "tasks/question_answering.h"

#include <fmt/format.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>

#include "support/data_error.h"
#include "tasks/metrics/finite_outputs.h"
#include "tasks/metrics/squad_score.h"
#include "tasks/text/best_span.h"
#include "tasks/text/padded_batch.h"
#include "tasks/text_inputs.h"
#include "tasks/training/text_training_data.h"

namespace ptqbench {
namespace {

std::vector<float> row(const at::Tensor& scores, int64_t length) {
  const auto values = scores.slice(0, 0, length).contiguous();
  return {values.data_ptr<float>(), values.data_ptr<float>() + length};
}

/// Fills in what the other members of the group computed; windows left to them are empty.
void exchange(std::vector<SpanLogits>& logits, const std::vector<int64_t>& lengths,
              DeviceGroup& group) {
  if (group.size() == 1) return;
  std::vector<double> flat;
  for (size_t w = 0; w < logits.size(); ++w) {
    for (auto* scores : {&logits[w].start, &logits[w].end}) {
      scores->resize(static_cast<size_t>(lengths[w]), 0);
      flat.insert(flat.end(), scores->begin(), scores->end());
    }
  }
  flat = sum_over(group, std::move(flat));
  auto next = flat.begin();
  for (auto& of_window : logits) {
    for (auto* scores : {&of_window.start, &of_window.end}) {
      for (float& score : *scores) score = static_cast<float>(*next++);
    }
  }
}

bool is_finite(const SpanLogits& window) {
  const auto finite = [](float score) { return std::isfinite(score); };
  return std::all_of(window.start.begin(), window.start.end(), finite) &&
         std::all_of(window.end.begin(), window.end.end(), finite);
}

/// What a model says of each window, in their order.
std::vector<SpanLogits> window_logits(const UnitGraph& model, Pass& pass,
                                      const Vocabulary& vocabulary,
                                      const std::vector<Encoding>& encodings, int64_t batch_size,
                                      DeviceGroup& group) {
  const torch::NoGradGuard no_grad;
  std::vector<int64_t> lengths;
  for (const auto& encoding : encodings) lengths.push_back(encoding.size());
  std::vector<SpanLogits> logits(encodings.size());
  const auto batches = batches_by_length(lengths, 0, batch_size);
  for (size_t b = 0; b < batches.size(); ++b) {
    if (!does_batch(group, static_cast<int64_t>(b))) continue;
    const auto& batch = batches[b];
    const auto scores =
        model.forward(on_device(batch_of(vocabulary, encodings, batch), model.device()), pass)
            .at(0)
            .to(at::kFloat)
            .cpu();
    for (size_t i = 0; i < batch.size(); ++i) {
      const auto window = static_cast<size_t>(batch[i]);
      const auto of_window = scores[static_cast<int64_t>(i)];
      logits[window] = {row(of_window.select(1, 0), lengths[window]),
                        row(of_window.select(1, 1), lengths[window])};
    }
  }
  exchange(logits, lengths, group);
  require_finite_outputs(
      std::count_if(logits.begin(), logits.end(), [](const auto& w) { return !is_finite(w); }),
      static_cast<int64_t>(logits.size()));
  return logits;
}

/// Leaves out the questions of which nothing can be learned, with a note.
QuestionDataset with_answer_places(QuestionDataset data, const std::string& split) {
  auto& questions = data.questions;
  const size_t before = questions.size();
  questions.erase(std::remove_if(questions.begin(), questions.end(),
                                 [](const Question& each) { return !has_answer_place(each); }),
                  questions.end());
  const size_t left_out = before - questions.size();
  if (questions.empty()) {
    throw DataError(
        fmt::format("split '{}': of all {} questions the first answer does not stand "
                    "where the file says",
                    split, before));
  }
  if (left_out > 0) {
    data.notes.push_back(fmt::format(
        "split '{}': {} question{} left out of calibration, since the first answer does not stand "
        "where the file says",
        split, left_out, left_out == 1 ? " is" : "s are"));
  }
  return data;
}

QuestionDataset open_evaluation(const DatasetOptions& options, const std::string& split) {
  return make_question_dataset(options, split);
}

QuestionDataset open_calibration(const DatasetOptions& options, const std::string& split) {
  return with_answer_places(open_evaluation(options, split), split);
}

}  // namespace

QuestionAnswering::QuestionAnswering(const TaskOptions& options)
    : TextTask(options, question_dataset_info(options.dataset.name), open_calibration,
               open_evaluation) {
  // Options that do not fit are found here and not in the middle of a sweep.
  windows(evaluation().questions.front());
}

std::vector<AnswerWindow> QuestionAnswering::windows(const Question& question) const {
  return answer_windows(tokenizer(), question,
                        {text().max_length, text().stride, text().max_question_length});
}

UnitGraph QuestionAnswering::make_model(const ModelSpec& spec) const {
  return bert_for_spans(
      text_model_config(spec, tokenizer().vocabulary().size(), text().max_length));
}

Tensors QuestionAnswering::calibration_inputs(const std::vector<int64_t>& ids) const {
  std::vector<Encoding> encodings;
  for (const int64_t id : ids) {
    encodings.push_back(
        windows(calibration().questions.at(static_cast<size_t>(id))).front().encoding);
  }
  return padded_batch(tokenizer().vocabulary(), encodings);
}

Metrics QuestionAnswering::evaluate(const UnitGraph& model, Pass& pass, int64_t samples,
                                    int64_t batch_size, DeviceGroup& group) const {
  QuestionDataset data = evaluation();
  if (samples > 0 && samples < evaluation_population())
    data.questions.resize(static_cast<size_t>(samples));
  std::vector<std::vector<AnswerWindow>> windows_of;
  std::vector<Encoding> encodings;
  for (const auto& question : data.questions) {
    windows_of.push_back(windows(question));
    for (const auto& window : windows_of.back()) encodings.push_back(window.encoding);
  }
  const auto logits =
      window_logits(model, pass, tokenizer().vocabulary(), encodings, batch_size, group);

  SpanOptions span_options;
  span_options.max_answer_length = text().max_answer_length;
  std::vector<std::string> answers;
  auto next = logits.begin();
  for (size_t q = 0; q < data.questions.size(); ++q) {
    const auto count = static_cast<std::ptrdiff_t>(windows_of[q].size());
    const auto prediction =
        best_spans(data.questions[q], windows_of[q], {next, next + count}, span_options);
    next += count;
    answers.push_back(data.may_be_unanswerable ? prediction.best_text(text().no_answer_threshold)
                                               : prediction.best_text());
  }
  const auto score = squad_score(data, answers).all;
  const std::map<std::string, double> values = {{"exact_match", score.exact}, {"f1", score.f1}};
  Metrics metrics;
  metrics.name = info().metrics.front();
  metrics.value = values.at(metrics.name);
  for (const auto& name : info().metrics) {
    if (name != metrics.name) metrics.further[name] = values.at(name);
  }
  return metrics;
}

std::unique_ptr<TrainingData> QuestionAnswering::training_on(const std::vector<Question>& questions,
                                                             const TrainOptions& options) const {
  std::vector<Encoding> encodings;
  std::vector<TokenSpan> spans;
  for (const auto& question : questions) {
    if (!has_answer_place(question)) continue;
    for (auto& window : windows(question)) {
      spans.push_back(answer_target(window, question));
      encodings.push_back(std::move(window.encoding));
    }
  }
  return std::make_unique<SpanTrainingData>(tokenizer().vocabulary(), std::move(encodings),
                                            std::move(spans), options);
}

Loss QuestionAnswering::loss(Split split, const std::vector<int64_t>& ids,
                             int64_t batch_size) const {
  const auto& questions = (split == Split::kCalibration ? calibration() : evaluation()).questions;
  std::vector<Question> chosen;
  for (const int64_t id : ids) chosen.push_back(questions.at(static_cast<size_t>(id)));
  return mean_loss(training_on(chosen, TrainOptions()), batch_size);
}

std::vector<std::string> QuestionAnswering::notes() const {
  auto notes = calibration().notes;
  notes.insert(notes.end(), evaluation().notes.begin(), evaluation().notes.end());
  return notes;
}

std::unique_ptr<TrainingData> QuestionAnswering::training_data(const TrainOptions& options) const {
  return training_on(calibration().questions, options);
}

}  // namespace ptqbench
