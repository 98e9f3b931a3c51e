#include <fmt/format.h>

#include <stdexcept>
#include <unordered_map>

#include "harness/config/cell.h"
#include "harness/config/sweep.h"

namespace ptqbench {
namespace {

constexpr size_t kMostCells = 100000;

void check_count(const SweepConfig& sweep) {
  size_t models = 0;
  for (const auto& task : sweep.tasks) models += task.models.size();
  size_t cells = 1;
  for (const size_t factor :
       {models, sweep.bits.size(), sweep.methods.size(), sweep.seeds.size()}) {
    // Checked at each step: the product of all could overflow.
    if (factor > kMostCells || (cells *= factor) > kMostCells) {
      throw ConfigError(fmt::format("the sweep has more than {} cells", kMostCells));
    }
  }
}

template <class Options>
void apply(Options& options, const OptionTexts& changes) {
  for (const auto& [name, text] : changes) assign_option(options, name, text);
}

Cell make_cell(const SweepConfig& sweep, const SweepTask& task, const SweepModel& model,
               const BitWidths& bits, const SweepMethod& method, int64_t seed) {
  Cell cell;
  cell.task = task.options;
  cell.model = model.name;
  cell.model_label = model.label;
  cell.model_config = model.config;
  cell.checkpoint = model.checkpoint;
  cell.checkpoint_options = model.checkpoint_options;
  cell.labels = model.labels;
  cell.model_blocks = model.blocks;
  cell.bits = bits;
  cell.method = method.name;
  cell.method_label = method.label;
  cell.seed = seed;
  cell.evaluation = sweep.evaluation;
  cell.report = sweep.report;
  apply(cell.report, task.report);
  cell.calibration_ids =
      task.calibration_ids.empty() ? sweep.calibration_ids : task.calibration_ids;
  cell.full_precision = {model.expected, model.expected_samples,
                         model.full_precision_tolerance.value_or(sweep.full_precision_tolerance),
                         sweep.on_full_precision_mismatch};
  cell.settings = sweep.settings;
  apply(cell.settings, method.set);
  for (const auto& change : sweep.overrides) {
    if (change.when.matches(cell)) apply(cell.settings, change.set);
  }
  return cell;
}

/// Two such cells would write the same result, and one of the two rows would be a copy.
void check_distinct(const std::vector<Cell>& cells) {
  // By hashes: the texts themselves would take more memory than the cells.
  std::unordered_map<std::string, size_t> seen;
  for (size_t i = 0; i < cells.size(); ++i) {
    const auto identity = fingerprint(
        cells[i], {cells[i].checkpoint.string(), cells[i].model_config.string(), "", "", {}});
    const auto [first, inserted] = seen.emplace(identity, i);
    if (inserted) continue;
    throw ConfigError(fmt::format("the cells '{}' and '{}' have the same settings; leave one out",
                                  cell_label(cells[first->second]), cell_label(cells[i])));
  }
}

}  // namespace

size_t cell_count(const SweepConfig& sweep) {
  size_t models = 0;
  for (const auto& task : sweep.tasks) models += task.models.size();
  return models * sweep.bits.size() * sweep.methods.size() * sweep.seeds.size();
}

Cell cell_at(const SweepConfig& sweep, size_t number) {
  // Takes the place in the innermost list off `number`.
  const auto next = [&](const auto& list) -> const auto& {
    const size_t place = number % list.size();
    number /= list.size();
    return list[place];
  };
  const int64_t seed = next(sweep.seeds);
  const auto& method = next(sweep.methods);
  const auto& bits = next(sweep.bits);
  for (const auto& task : sweep.tasks) {
    if (number < task.models.size())
      return make_cell(sweep, task, task.models[number], bits, method, seed);
    number -= task.models.size();
  }
  throw std::out_of_range("the sweep has fewer cells");
}

std::vector<Cell> expand(const SweepConfig& sweep) {
  check_count(sweep);
  std::vector<Cell> cells;
  cells.reserve(cell_count(sweep));
  for (size_t i = 0; i < cell_count(sweep); ++i) cells.push_back(cell_at(sweep, i));
  check_distinct(cells);
  return cells;
}

}  // namespace ptqbench
