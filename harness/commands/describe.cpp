#include "harness/shown/describe.h"

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
  add_set_option(*command, *set, "settings.first_last=brecq");
  add_filter_option(*command, *filter);
  command->callback([config, set, filter, &chosen] {
    chosen = on_rank_zero([config, set, filter] {
      fmt::print("{}", describe_sweep(*config, *set, *filter));
      return 0;
    });
  });
}

}  // namespace ptqbench
