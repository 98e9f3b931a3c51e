#include "harness/plan/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "harness/config/cell_condition.h"
#include "harness/config/memory_size.h"
#include "harness/plan/cell_inputs.h"
#include "harness/plan/cost.h"
#include "methods/nn/bit_policy.h"
#include "methods/nn/initial_values.h"
#include "results/files/store.h"
#include "support/error.h"
#include "support/process_memory.h"

namespace ptqbench {
namespace {

bool makes_choices(const UnitGraph& model) {
  const auto& nodes = model.nodes();
  return std::any_of(nodes.begin(), nodes.end(), [&](const auto& node) {
    return std::any_of(node.outputs.begin(), node.outputs.end(),
                       [&](ValueId id) { return model.is_choice(id); });
  });
}

/// A model to count, without memory for its parameters where shapes alone decide what it costs: how
/// many proposals a detector has does depend on their values.
UnitGraph counted_model(const Task& task, const ModelSpec& spec) {
  {
    const ShapesOnly no_values;
    UnitGraph model = task.make_model(spec);
    if (!makes_choices(model)) return model;
  }
  return task.make_model(spec);
}

/// Values that many cells of one task share, computed once.
class PlanCache {
 public:
  explicit PlanCache(const Task& task) : task_(task), opener_(task) {}

  InputHashes hashes(const Cell& cell) { return opener_.open(cell).hashes; }

  const ModelCost& model_cost(const Cell& cell) {
    auto [entry, added] = costs_.try_emplace(model_key(cell));
    if (added) entry->second = measure_model(model(cell), one_sample());
    return entry->second;
  }

  /// Cells of a sweep differ in memory by model, method and sizes only.
  const CellMemory& memory(const Cell& cell, int64_t devices) {
    const auto& settings = cell.settings;
    const std::vector<int64_t> sizes = {
        settings.calibration_samples,   settings.range_samples,       settings.batch_size,
        cell.evaluation.batch_size,     cell.report.held_out_samples, cell.report.flatness_samples,
        settings.quantize_heads ? 1 : 0};
    auto [entry, added] = memory_.try_emplace({model_key(cell), cell.method, sizes});
    if (added) entry->second = cell_memory(cell, model(cell), model_cost(cell), base_, devices);
    return entry->second;
  }

  /// Refuses bits that the model cannot have.
  void check_bits(const Cell& cell) {
    const BitPolicy policy{cell.settings.first_last, cell.settings.quantize_heads};
    const bool is_new =
        checked_bits_
            .insert({model_key(cell), cell.bits.name(), policy.first_last, policy.quantize_heads})
            .second;
    if (!is_new) return;
    try {
      assign_bits(model(cell), cell.bits, policy);
    } catch (const ConfigError& error) {
      throw ConfigError(cell_label(cell) + ": " + error.what());
    }
  }

  int64_t evaluation_samples(const Cell& cell) const {
    const int64_t all = task_.evaluation_population();
    return cell.evaluation.samples == 0 ? all : std::min(all, cell.evaluation.samples);
  }

 private:
  static std::string model_key(const Cell& cell) {
    const auto built = cell.model + "\n" + cell.model_config.string();
    if (cell.model != kOnnxModel) return built;
    return fmt::format("{}\n{}\n{}", built, cell.checkpoint.string(),
                       fmt::join(cell.model_blocks, " "));
  }

  UnitGraph& model(const Cell& cell) {
    auto [entry, added] = models_.try_emplace(model_key(cell));
    if (added) entry->second = counted_model(task_, model_spec(cell));
    return entry->second;
  }

  const Tensors& one_sample() {
    if (one_sample_.empty()) one_sample_ = task_.padded_sample();
    return one_sample_;
  }

  const Task& task_;
  CellOpener opener_;
  std::map<std::string, ModelCost> costs_;
  std::map<std::string, UnitGraph> models_;
  std::set<std::tuple<std::string, std::string, std::string, bool>> checked_bits_;
  std::map<std::tuple<std::string, std::string, std::vector<int64_t>>, CellMemory> memory_;
  Tensors one_sample_;
  double base_ = static_cast<double>(private_memory());
};

/// The caches of all tasks.
class PlanCaches {
 public:
  explicit PlanCaches(TaskSet& tasks) : tasks_(tasks) {}

  PlanCache& of(const Cell& cell) {
    const auto key = task_key(cell.task);
    const auto found = caches_.find(key);
    if (found != caches_.end()) return found->second;
    return caches_.emplace(key, PlanCache(tasks_.open(cell.task))).first->second;
  }

 private:
  TaskSet& tasks_;
  std::map<std::string, PlanCache> caches_;
};

/// Refuses cells that fit into the budget neither way.
void check_budget(const std::vector<PlannedCell>& plan, int64_t budget) {
  if (budget == 0) return;
  for (const PlannedCell& planned : plan) {
    const bool to_run = planned.selected && !planned.done;
    if (!to_run || planned.memory_bytes <= static_cast<double>(budget)) continue;
    throw ConfigError(fmt::format(
        "{}: takes about {} even with its calibration streams in files, but memory_budget is {}; "
        "evaluation.batch_size, settings.range_samples, settings.batch_size and "
        "report.held_out_samples decide",
        cell_label(planned.cell), memory_size_text(planned.memory_bytes),
        memory_size_text(static_cast<double>(budget))));
  }
}

/// The cells with all that their settings and the shape of the data decide.
std::vector<PlannedCell> estimate_cells(const SweepConfig& sweep, const std::string& filter,
                                        PlanCaches& caches) {
  require_checkpoints(sweep);
  auto cells = expand(sweep);
  const auto condition = parse_filter(filter, cells);
  std::vector<PlannedCell> plan;
  plan.reserve(cells.size());
  for (Cell& each : cells) {
    PlannedCell planned;
    planned.cell = std::move(each);
    const Cell& cell = planned.cell;
    PlanCache& cache = caches.of(cell);
    cache.check_bits(cell);
    planned.selected = condition.matches(cell);
    planned.tera_macs = cell_cost(cell, cache.model_cost(cell), cache.evaluation_samples(cell));
    const CellMemory& memory = cache.memory(cell, sweep.device.devices_per_cell);
    const auto budget = static_cast<double>(sweep.memory_budget);
    planned.mapped_streams = sweep.memory_budget > 0 && memory.in_memory > budget;
    planned.memory_bytes = planned.mapped_streams ? memory.with_mapped_streams : memory.in_memory;
    plan.push_back(std::move(planned));
  }
  return plan;
}

/// Adds what the contents of the files decide.
void identify_cells(std::vector<PlannedCell>& plan, PlanCaches& caches,
                    const std::filesystem::path& run_dir) {
  const auto finished = CellStore(run_dir).finished_fingerprints();
  std::map<std::string, std::string> labels;
  for (PlannedCell& planned : plan) {
    const Cell& cell = planned.cell;
    planned.fingerprint = fingerprint(cell, caches.of(cell).hashes(cell));
    const auto [same, is_new] = labels.try_emplace(planned.fingerprint, cell_label(cell));
    if (!is_new) {
      throw ConfigError(fmt::format(
          "'{}' and '{}' are the same cell: their settings and the contents of their checkpoints "
          "are equal",
          same->second, cell_label(cell)));
    }
    planned.done = finished.count(planned.fingerprint) != 0;
  }
}

}  // namespace

std::vector<PlannedCell> make_plan(const SweepConfig& sweep, const std::string& filter,
                                   TaskSet& tasks, const std::filesystem::path& run_dir) {
  PlanCaches caches(tasks);
  auto plan = estimate_cells(sweep, filter, caches);
  identify_cells(plan, caches, run_dir);
  check_budget(plan, sweep.memory_budget);
  return plan;
}

std::vector<PlannedCell> make_plan_without_files(const SweepConfig& sweep,
                                                 const std::string& filter, TaskSet& tasks) {
  PlanCaches caches(tasks);
  auto plan = estimate_cells(sweep, filter, caches);
  check_budget(plan, sweep.memory_budget);
  return plan;
}

void require_checkpoints(const SweepConfig& sweep) {
  for (const auto& task : sweep.tasks) {
    for (const auto& model : task.models) {
      if (!model.checkpoint.empty()) continue;
      throw ConfigError(
          fmt::format("model '{}' has no checkpoint: give it one, as in "
                      "models: [{{name: {}, {}: FILE}}]",
                      model.label, model.name, model.name == kOnnxModel ? "file" : "checkpoint"));
    }
  }
}

std::vector<Cell> select_cells(const std::vector<Cell>& cells, const std::string& filter) {
  const auto condition = parse_filter(filter, cells);
  std::vector<Cell> selected;
  for (const Cell& cell : cells) {
    if (condition.matches(cell)) selected.push_back(cell);
  }
  return selected;
}

std::vector<size_t> pending_cells(const std::vector<PlannedCell>& plan) {
  std::vector<size_t> pending;
  for (size_t i = 0; i < plan.size(); ++i) {
    if (plan[i].selected && !plan[i].done && !plan[i].set_aside) pending.push_back(i);
  }
  std::stable_sort(pending.begin(), pending.end(),
                   [&](size_t a, size_t b) { return plan[a].tera_macs > plan[b].tera_macs; });
  return pending;
}

}  // namespace ptqbench
