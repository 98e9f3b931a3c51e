#include "results/statistics/rank_tests.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/special_functions/binomial.hpp>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace ptqbench::statistics {
namespace {

constexpr std::size_t kMostExact = 50;

/// Twice the rank of each value, so that shared ranks are integers, and what ties take from the
/// variance: the sum of t^3 - t over groups of t equal values.
struct DoubledRanks {
  std::vector<std::size_t> ranks;
  double ties = 0;
};

DoubledRanks doubled_ranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  DoubledRanks doubled;
  doubled.ranks.resize(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    // The ranks begin + 1 to end have the mean (begin + 1 + end) / 2.
    for (std::size_t i = begin; i < end; ++i) doubled.ranks[order[i]] = begin + 1 + end;
    const auto tied = static_cast<double>(end - begin);
    doubled.ties += tied * tied * tied - tied;
    begin = end;
  }
  return doubled;
}

/// Two-sided p of the place `observed` in a distribution given as numbers of cases.
double two_sided_p(const std::vector<double>& cases, std::size_t observed) {
  const auto place = cases.begin() + static_cast<std::ptrdiff_t>(observed);
  const double all = std::accumulate(cases.begin(), cases.end(), 0.0);
  const double below = std::accumulate(cases.begin(), place + 1, 0.0);
  const double above = std::accumulate(place, cases.end(), 0.0);
  return std::min(1.0, 2 * std::min(below, above) / all);
}

double normal_two_sided_p(double deviation) {
  return std::min(1.0,
                  2 * boost::math::cdf(boost::math::complement(boost::math::normal(), deviation)));
}

/// How many of all choices of signs give each sum of the ranks with a plus.
std::vector<double> signed_rank_cases(const std::vector<std::size_t>& ranks) {
  std::vector<double> cases(std::accumulate(ranks.begin(), ranks.end(), std::size_t{0}) + 1, 0.0);
  cases[0] = 1;
  for (const std::size_t rank : ranks) {
    for (std::size_t sum = cases.size() - 1; sum >= rank; --sum) cases[sum] += cases[sum - rank];
  }
  return cases;
}

/// How many of all choices of `chosen` ranks give each sum.
std::vector<double> rank_sum_cases(const std::vector<std::size_t>& ranks, std::size_t chosen) {
  const auto most = std::accumulate(ranks.begin(), ranks.end(), std::size_t{0});
  std::vector<std::vector<double>> cases(chosen + 1, std::vector<double>(most + 1, 0.0));
  cases[0][0] = 1;
  for (const std::size_t rank : ranks) {
    for (std::size_t taken = chosen; taken >= 1; --taken) {
      for (std::size_t sum = most; sum >= rank; --sum)
        cases[taken][sum] += cases[taken - 1][sum - rank];
    }
  }
  return cases[chosen];
}

}  // namespace

RankTest wilcoxon_signed_rank(const std::vector<double>& differences) {
  std::vector<double> magnitudes;
  std::vector<bool> positive;
  for (const double difference : differences) {
    if (difference == 0) continue;
    magnitudes.push_back(std::abs(difference));
    positive.push_back(difference > 0);
  }
  RankTest test;
  test.count = static_cast<int64_t>(magnitudes.size());
  test.least_p = std::min(1.0, std::ldexp(1.0, 1 - static_cast<int>(magnitudes.size())));
  const auto doubled = doubled_ranks(magnitudes);
  std::size_t sum = 0;
  for (std::size_t i = 0; i < magnitudes.size(); ++i) {
    if (positive[i]) sum += doubled.ranks[i];
  }
  test.statistic = static_cast<double>(sum) / 2;
  test.exact = magnitudes.size() <= kMostExact;
  if (test.exact) {
    test.p = two_sided_p(signed_rank_cases(doubled.ranks), sum);
    return test;
  }
  const auto n = static_cast<double>(magnitudes.size());
  const double variance = n * (n + 1) * (2 * n + 1) / 24 - doubled.ties / 48;
  test.p = normal_two_sided_p(std::abs(test.statistic - n * (n + 1) / 4) / std::sqrt(variance));
  return test;
}

RankTest mann_whitney(const std::vector<double>& first, const std::vector<double>& second) {
  RankTest test;
  test.count = static_cast<int64_t>(first.size() + second.size());
  if (first.empty() || second.empty()) return test;
  auto values = first;
  values.insert(values.end(), second.begin(), second.end());
  const auto doubled = doubled_ranks(values);
  std::size_t sum = 0;
  for (std::size_t i = 0; i < first.size(); ++i) sum += doubled.ranks[i];
  const auto n = static_cast<double>(first.size());
  const auto m = static_cast<double>(second.size());
  test.statistic = static_cast<double>(sum) / 2 - n * (n + 1) / 2;
  test.exact = values.size() <= kMostExact;
  if (test.exact) {
    test.least_p = std::min(
        1.0, 2 / boost::math::binomial_coefficient<double>(static_cast<unsigned>(values.size()),
                                                           static_cast<unsigned>(first.size())));
    test.p = two_sided_p(rank_sum_cases(doubled.ranks, first.size()), sum);
    return test;
  }
  test.least_p = 0;
  const double all = n + m;
  const double variance = n * m / 12 * (all + 1 - doubled.ties / (all * (all - 1)));
  // Without any variance all values are the same.
  const double distance = std::max(0.0, std::abs(test.statistic - n * m / 2) - 0.5);
  test.p = variance > 0 ? normal_two_sided_p(distance / std::sqrt(variance)) : 1;
  return test;
}

}  // namespace ptqbench::statistics
