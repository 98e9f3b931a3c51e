#include "harness/run/describe.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "harness/commands/commands.h"

namespace ptqbench {

void add_describe(CLI::App& app, Command& chosen) {
  auto config = std::make_shared<std::filesystem::path>();
  auto set = std::make_shared<std::vector<std::string>>();
  auto filter = std::make_shared<std::string>();
  auto* command = app.add_subcommand("describe",
                                     "show, for each model, bits and method of a sweep, every "
                                     "layer with its unit, bits and ranges");
  command->add_option("config", *config, "sweep (YAML)")->required();
  command->add_option("--set", *set, "change a setting (repeatable)")
      ->take_all()
      ->allow_extra_args(false);
  command->add_option("--filter", *filter, "only some cells, e.g. model=resnet20,method=qdrop");
  command->callback([config, set, filter, &chosen] {
    chosen = on_rank_zero([config, set, filter] {
      fmt::print("{}", describe_sweep(*config, *set, *filter));
      return 0;
    });
  });
}

}  // namespace ptqbench
