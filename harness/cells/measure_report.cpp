#include "harness/cells/measure_report.h"

#include <algorithm>
#include <exception>
#include <set>

#include "methods/analysis/flatness.h"
#include "methods/analysis/noise_ratio.h"
#include "support/stop_request.h"
#include "support/stopwatch.h"
#include "tasks/data/sampling.h"

namespace ptqbench {
namespace {

void record_noise(const Task& task, const UnitGraph& model, const Cell& cell,
                  StreamStorage& storage, CellRecord& record) {
  record.held_out_ids =
      held_out_ids(task.calibration_population(), record.calibration_ids,
                   cell.report.held_out_samples, static_cast<uint64_t>(cell.seed));
  if (record.held_out_ids.empty()) return;
  const auto inputs = on_device(task.calibration_inputs(record.held_out_ids), model.device());
  for (const UnitNoise& noise : unit_noise(model, inputs, storage)) {
    record.block_noise.push_back({noise.unit, noise.kind, noise.decibels});
  }
}

/// A loss and what its figures are recorded under.
struct FlatnessData {
  const char* name;
  int64_t samples;
  Loss loss;
};

FlatnessData calibration_data(const Task& task, const Cell& cell, const CellRecord& record) {
  auto ids = record.calibration_ids;
  ids.resize(std::min(ids.size(), static_cast<size_t>(cell.report.flatness_samples)));
  return {"calibration", static_cast<int64_t>(ids.size()),
          task.loss(Split::kCalibration, ids, cell.evaluation.batch_size)};
}

FlatnessData test_data(const Task& task, const Cell& cell) {
  const int64_t population = task.evaluation_population();
  const auto ids = draw_samples(population, std::min(population, cell.report.flatness_samples),
                                static_cast<uint64_t>(cell.seed));
  return {"test", static_cast<int64_t>(ids.size()),
          task.loss(Split::kEvaluation, ids, cell.evaluation.batch_size)};
}

void record_flatness(const Task& task, const UnitGraph& model, const Cell& cell,
                     CellRecord& record) {
  const auto& options = cell.report;
  if (options.flatness_samples == 0 || options.flatness_magnitudes.empty()) return;
  std::vector<LossOfPass> losses;
  const FlatnessData all[] = {calibration_data(task, cell, record), test_data(task, cell)};
  for (const FlatnessData& data : all) {
    if (!data.loss) return;
    losses.emplace_back([&](Pass& pass) { return data.loss(model, pass); });
  }
  const auto flatness = measure_flatness(
      model, losses,
      {static_cast<uint64_t>(cell.seed), options.flatness_directions, options.flatness_magnitudes});
  for (size_t i = 0; i < flatness.size(); ++i) {
    for (size_t m = 0; m < options.flatness_magnitudes.size(); ++m) {
      record.flatness.push_back({all[i].name, all[i].samples, options.flatness_magnitudes[m],
                                 options.flatness_directions, flatness[i].loss,
                                 flatness[i].loss_change[m]});
    }
  }
}

}  // namespace

std::vector<int64_t> held_out_ids(int64_t population, const std::vector<int64_t>& calibration_ids,
                                  int64_t count, uint64_t seed) {
  const std::set<int64_t> taken(calibration_ids.begin(), calibration_ids.end());
  const auto free = population - static_cast<int64_t>(taken.size());
  const auto wanted = static_cast<size_t>(std::clamp<int64_t>(count, 0, free));
  std::vector<int64_t> ids;
  // However many of them are taken, enough are left.
  for (const int64_t id :
       draw_samples(population, static_cast<int64_t>(taken.size() + wanted), seed)) {
    if (ids.size() < wanted && taken.count(id) == 0) ids.push_back(id);
  }
  return ids;
}

void measure_report(const Task& task, const UnitGraph& model, const Cell& cell,
                    StreamStorage& storage, CellRecord& record) {
  const auto measure = [&](const char* name, auto body) {
    const Stopwatch watch;
    try {
      body();
    } catch (const Stopped&) {
      throw;
    } catch (const std::exception& error) {
      auto& failure = record.provenance[kReportFailure];
      failure += (failure.empty() ? "" : "; ") + std::string(name) + ": " + error.what();
    }
    record.stage_seconds[name] = watch.seconds();
  };
  measure("noise_ratio", [&] { record_noise(task, model, cell, storage, record); });
  measure("flatness", [&] { record_flatness(task, model, cell, record); });
}

}  // namespace ptqbench
