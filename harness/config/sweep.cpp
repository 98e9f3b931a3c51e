#include "harness/config/sweep.h"

#include <tuple>

namespace ptqbench {
namespace {

bool same(const CheckpointOptions& a, const CheckpointOptions& b) {
  return std::tie(a.entry, a.prefix, a.ignore) == std::tie(b.entry, b.prefix, b.ignore);
}

bool same(const SweepModel& a, const SweepModel& b) {
  return same(a.checkpoint_options, b.checkpoint_options) &&
         std::tie(a.name, a.label, a.config, a.checkpoint, a.labels, a.blocks, a.expected,
                  a.expected_samples, a.full_precision_tolerance) ==
             std::tie(b.name, b.label, b.config, b.checkpoint, b.labels, b.blocks, b.expected,
                      b.expected_samples, b.full_precision_tolerance);
}

bool same(const SweepMethod& a, const SweepMethod& b) {
  return std::tie(a.name, a.label, a.set) == std::tie(b.name, b.label, b.set);
}

bool same(const SweepOverride& a, const SweepOverride& b) {
  return a.when == b.when && a.set == b.set;
}

template <class Entry>
bool same(const std::vector<Entry>& a, const std::vector<Entry>& b);

bool same(const SweepTask& a, const SweepTask& b) {
  return a.options.name == b.options.name &&
         option_texts(a.options.dataset) == option_texts(b.options.dataset) &&
         option_texts(a.options.text) == option_texts(b.options.text) && same(a.models, b.models) &&
         a.report == b.report && a.calibration_ids == b.calibration_ids;
}

template <class Entry>
bool same(const std::vector<Entry>& a, const std::vector<Entry>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (!same(a[i], b[i])) return false;
  }
  return true;
}

}  // namespace

bool operator==(const SweepConfig& a, const SweepConfig& b) {
  return std::tie(a.name, a.bits, a.seeds, a.threads, a.device, a.retries, a.crash_limit,
                  a.memory_budget, a.full_precision_tolerance, a.on_full_precision_mismatch,
                  a.reproduces, a.calibration_ids, a.cache) ==
             std::tie(b.name, b.bits, b.seeds, b.threads, b.device, b.retries, b.crash_limit,
                      b.memory_budget, b.full_precision_tolerance, b.on_full_precision_mismatch,
                      b.reproduces, b.calibration_ids, b.cache) &&
         same(a.tasks, b.tasks) && same(a.methods, b.methods) && same(a.overrides, b.overrides) &&
         option_texts(a.settings) == option_texts(b.settings) &&
         option_texts(a.evaluation) == option_texts(b.evaluation) &&
         option_texts(a.report) == option_texts(b.report);
}

}  // namespace ptqbench
