#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "harness/commands/commands.h"
#include "methods/recipes/registry.h"
#include "tasks/models/registry.h"
#include "tasks/task.h"

namespace ptqbench {
namespace {

int show_names(const std::vector<std::string>& names, std::string (*describe)(const std::string&)) {
  for (const auto& name : names) fmt::print("{:<20}  {}\n", name, describe(name));
  return 0;
}

}  // namespace

void add_list(CLI::App& app, Command& chosen) {
  auto what = std::make_shared<std::string>();
  auto* command = app.add_subcommand("list", "list what a configuration can name");
  command->add_option("what", *what, "models, methods, tasks or datasets")
      ->required()
      ->check(CLI::IsMember({"models", "methods", "tasks", "datasets"}));
  command->callback([what, &chosen] {
    chosen = on_rank_zero([what] {
      if (*what == "models") return show_names(model_names(), model_description);
      if (*what == "methods") return show_names(method_names(), method_description);
      if (*what == "tasks") return show_names(task_names(), task_description);
      return show_names(all_dataset_names(), any_dataset_description);
    });
  });
}

}  // namespace ptqbench
