#pragma once

#include <cstdint>
#include <vector>

namespace ptqbench {

/// Metrics of predicted classes (from 0), one for each label, all in percent. They throw
/// std::logic_error when there are none, or not as many as labels.

/// Predictions that are right.
double accuracy(const std::vector<int64_t>& predictions, const std::vector<int64_t>& labels);

/// Harmonic mean of precision and recall of class 1: 2 TP / (2 TP + FP + FN); 0 where the class
/// neither is there nor is predicted.
double f1_of_class_one(const std::vector<int64_t>& predictions, const std::vector<int64_t>& labels);

/// Matthews' correlation, for any number of classes (Gorodkin: Comparing two K-category assignments
/// by a K-category correlation coefficient, 2004); 0 where all predictions or all labels are one
/// class.
double matthews_correlation(const std::vector<int64_t>& predictions,
                            const std::vector<int64_t>& labels);

}  // namespace ptqbench
