#include "results/statistics/student.h"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "results/statistics/moments.h"

namespace ptqbench::statistics {
namespace {

TTest t_test(double difference, double standard_error, double degrees_of_freedom,
             double confidence) {
  const boost::math::students_t distribution(degrees_of_freedom);
  TTest test;
  test.degrees_of_freedom = degrees_of_freedom;
  test.statistic = difference / standard_error;
  test.p = 2 * boost::math::cdf(boost::math::complement(distribution, std::abs(test.statistic)));
  const double half = standard_error * boost::math::quantile(boost::math::complement(
                                           distribution, (1 - confidence) / 2));
  test.interval = {difference - half, difference + half};
  return test;
}

/// The variance of a sample's mean.
double variance_of_mean(const std::vector<double>& values) {
  const double deviation = sample_standard_deviation(values);
  return deviation * deviation / static_cast<double>(values.size());
}

}  // namespace

TTest paired_t_test(const std::vector<double>& differences, double confidence) {
  if (differences.size() < 2) return {};
  const double difference = mean(differences);
  const double variance = variance_of_mean(differences);
  if (!(variance > 0)) {
    TTest test;
    test.interval = {difference, difference};
    return test;
  }
  return t_test(difference, std::sqrt(variance), static_cast<double>(differences.size() - 1),
                confidence);
}

TTest welch_t_test(const std::vector<double>& first, const std::vector<double>& second,
                   double confidence) {
  if (first.size() < 2 || second.size() < 2) return {};
  const double first_variance = variance_of_mean(first);
  const double second_variance = variance_of_mean(second);
  const double variance = first_variance + second_variance;
  if (!(variance > 0)) return {};
  const double degrees_of_freedom =
      variance * variance /
      (first_variance * first_variance / static_cast<double>(first.size() - 1) +
       second_variance * second_variance / static_cast<double>(second.size() - 1));
  return t_test(mean(second) - mean(first), std::sqrt(variance), degrees_of_freedom, confidence);
}

}  // namespace ptqbench::statistics
