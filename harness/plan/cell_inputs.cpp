#include "harness/plan/cell_inputs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/plan/load_model.h"
#include "harness/plan/output_order.h"
#include "harness/plan/sample_ids.h"
#include "methods/recipes/registry.h"
#include "support/error.h"
#include "tasks/checkpoint/content_hash.h"
#include "tasks/data/sampling.h"
#include "tasks/models/registry.h"
#include "tasks/task_registry.h"

namespace ptqbench {
namespace {

std::map<std::string, std::string> registered_versions(const Cell& cell) {
  std::map<std::string, std::string> versions = {{"method", method_version(cell.method)},
                                                 {"model", model_version(cell.model)},
                                                 {"task", find_task(cell.task.name).version}};
  for (auto entry = versions.begin(); entry != versions.end();)
    entry = entry->second.empty() ? versions.erase(entry) : std::next(entry);
  return versions;
}

}  // namespace

CellInputs CellOpener::open(const Cell& cell) {
  const Samples& found = samples(cell);
  return {found.ids,
          {weights_hash(cell), config_hash(cell), task_.data_key(), found.hash,
           registered_versions(cell)}};
}

void CellOpener::know(const std::filesystem::path& file, const std::string& sha256) {
  files_[file.string()] = sha256;
}

/// Also makes sure that the labels fit.
const std::string& CellOpener::config_hash(const Cell& cell) {
  const auto key = fmt::format("{}\n{}\n{}", cell.checkpoint.string(), cell.model_config.string(),
                               fmt::join(cell.labels, ","));
  const auto found = configs_.find(key);
  if (found != configs_.end()) return found->second;
  cell_output_order(task_, cell);
  return configs_[key] = model_config_hash(task_, cell);
}

const std::string& CellOpener::weights_hash(const Cell& cell) {
  const auto found = files_.find(cell.checkpoint.string());
  if (found != files_.end()) return found->second;
  return files_[cell.checkpoint.string()] = checkpoint_hash(cell);
}

const CellOpener::Samples& CellOpener::samples(const Cell& cell) {
  const std::tuple key(cell.calibration_ids.string(), cell.seed, cell.settings.calibration_samples);
  const auto found = samples_.find(key);
  if (found != samples_.end()) return found->second;
  auto ids = calibration_ids(task_, cell);
  const auto hash = calibration_ids_hash(ids);
  return samples_[key] = {std::make_shared<const std::vector<int64_t>>(std::move(ids)), hash};
}

std::vector<int64_t> calibration_ids(const Task& task, const Cell& cell) {
  const int64_t wanted = cell.settings.calibration_samples;
  const int64_t population = task.calibration_population();
  if (wanted > population) {
    throw ConfigError(
        fmt::format("{}: calibration_samples is {}, but split '{}' of data set '{}' has {} samples",
                    cell_label(cell), wanted, cell.task.dataset.calibration_split,
                    cell.task.dataset.name, population));
  }
  if (!cell.calibration_ids.empty())
    return read_sample_ids(cell.calibration_ids, population, wanted);
  return draw_samples(population, wanted, static_cast<uint64_t>(cell.seed));
}

std::string calibration_ids_hash(const std::vector<int64_t>& ids) {
  return sha256_text(fmt::format("{}", fmt::join(ids, ",")));
}

}  // namespace ptqbench
