#include "tasks/metrics/classification.h"

#include <cmath>
#include <map>
#include <stdexcept>

namespace ptqbench {
namespace {

void check(const std::vector<int64_t>& predictions, const std::vector<int64_t>& labels) {
  if (labels.empty() || predictions.size() != labels.size())
    throw std::logic_error("metric: not one prediction for each label");
}

int64_t count_right(const std::vector<int64_t>& predictions, const std::vector<int64_t>& labels) {
  int64_t right = 0;
  for (size_t i = 0; i < labels.size(); ++i) right += predictions[i] == labels[i] ? 1 : 0;
  return right;
}

}  // namespace

double accuracy(const std::vector<int64_t>& predictions, const std::vector<int64_t>& labels) {
  check(predictions, labels);
  return 100.0 * static_cast<double>(count_right(predictions, labels)) /
         static_cast<double>(labels.size());
}

double f1_of_class_one(const std::vector<int64_t>& predictions,
                       const std::vector<int64_t>& labels) {
  check(predictions, labels);
  int64_t both = 0;
  int64_t either = 0;
  for (size_t i = 0; i < labels.size(); ++i) {
    const int64_t is_predicted = predictions[i] == 1 ? 1 : 0;
    const int64_t is_label = labels[i] == 1 ? 1 : 0;
    both += is_predicted * is_label;
    either += is_predicted + is_label;
  }
  return either == 0 ? 0 : 200.0 * static_cast<double>(both) / static_cast<double>(either);
}

double matthews_correlation(const std::vector<int64_t>& predictions,
                            const std::vector<int64_t>& labels) {
  check(predictions, labels);
  struct Counts {
    double predicted = 0;
    double labelled = 0;
  };
  std::map<int64_t, Counts> classes;
  for (size_t i = 0; i < labels.size(); ++i) {
    ++classes[predictions[i]].predicted;
    ++classes[labels[i]].labelled;
  }
  const auto count = static_cast<double>(labels.size());
  double covariance = count * static_cast<double>(count_right(predictions, labels));
  double predicted_variance = count * count;
  double label_variance = count * count;
  for (const auto& [name, counts] : classes) {
    covariance -= counts.predicted * counts.labelled;
    predicted_variance -= counts.predicted * counts.predicted;
    label_variance -= counts.labelled * counts.labelled;
  }
  // Sums of integers: exact, so one class only gives an exact 0.
  if (predicted_variance == 0 || label_variance == 0) return 0;
  return 100.0 * covariance / std::sqrt(predicted_variance) / std::sqrt(label_variance);
}

}  // namespace ptqbench
