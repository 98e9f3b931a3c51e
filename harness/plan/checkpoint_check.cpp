#include "harness/plan/checkpoint_check.h"

#include <set>
#include <tuple>

#include "harness/plan/load_model.h"
#include "support/error.h"

namespace ptqbench {

std::vector<std::string> unusable_checkpoints(const std::vector<PlannedCell>& plan,
                                              TaskSet& tasks) {
  std::set<std::tuple<std::string, std::string, std::string, std::string, std::string>> checked;
  std::vector<std::string> problems;
  for (const auto& planned : plan) {
    if (!planned.selected || planned.done) continue;
    const Cell& cell = planned.cell;
    const bool is_new = checked
                            .insert({task_key(cell.task), cell.model, cell.model_config.string(),
                                     cell.checkpoint.string(),
                                     checkpoint_choice(cell.checkpoint_options)})
                            .second;
    if (!is_new) continue;
    try {
      load_model(tasks.open(cell.task), cell);
    } catch (const IoError& error) {
      problems.push_back("model " + cell.model_label + ": " + error.what());
    }
  }
  return problems;
}

}  // namespace ptqbench
