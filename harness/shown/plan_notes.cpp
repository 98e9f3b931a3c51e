#include "harness/shown/plan_notes.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/config/memory_size.h"

namespace ptqbench {
namespace {

void note(std::vector<std::string>& notes, std::string text) {
  if (std::count(notes.begin(), notes.end(), text) == 0) notes.push_back(std::move(text));
}

void note_samples(const Cell& cell, const Task& task, std::vector<std::string>& notes) {
  const auto& settings = cell.settings;
  // The default means all where there are fewer.
  if (settings.range_samples > settings.calibration_samples &&
      settings.range_samples != MethodSettings().range_samples) {
    note(notes, fmt::format("range_samples is {}, but calibration has {} samples: ranges are found "
                            "on all of them",
                            settings.range_samples, settings.calibration_samples));
  }
  const int64_t all = task.evaluation_population();
  if (all > 0 && cell.evaluation.samples > all) {
    note(notes, fmt::format("evaluation.samples is {}, but split '{}' of {} has {}: all of them "
                            "are measured",
                            cell.evaluation.samples, cell.task.dataset.evaluation_split,
                            cell.task.dataset.name, all));
  }
}

}  // namespace

std::vector<std::string> plan_notes(const std::vector<PlannedCell>& plan, TaskSet& tasks) {
  std::vector<std::string> notes;
  std::vector<std::string> caches;
  for (const auto& planned : plan) {
    if (!planned.selected) continue;
    const Task& task = tasks.open(planned.cell.task);
    note_samples(planned.cell, task, notes);
    for (const auto& of_data : task.notes()) note(notes, of_data);
    const std::string asked = fmt::format("{}\n{}", task_key(planned.cell.task),
                                          planned.cell.evaluation.samples);
    // Its name takes a look at every file.
    if (std::count(caches.begin(), caches.end(), asked) > 0) continue;
    caches.push_back(asked);
    if (const auto file = task.cache_file(planned.cell.evaluation.samples)) {
      note(notes, fmt::format("cache of decoded pictures of {}: {} in {}, {}",
                              planned.cell.task.dataset.name,
                              memory_size_text(static_cast<double>(file->bytes)),
                              file->path.string(), file->exists ? "there" : "still to be written"));
    }
  }
  return notes;
}

}  // namespace ptqbench
