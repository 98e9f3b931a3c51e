#include <CLI/CLI.hpp>

#include "harness/commands/commands.h"

namespace ptqbench {

CLI::Option* add_set_option(CLI::App& command, std::vector<std::string>& set,
                            const std::string& example) {
  // One value an option, so that what follows it is a positional again.
  return command.add_option("--set", set, "change a setting, e.g. " + example + " (repeatable)")
      ->take_all()
      ->allow_extra_args(false);
}

CLI::Option* add_filter_option(CLI::App& command, std::string& filter) {
  return command
      .add_option("--filter", filter,
                  "only some cells, e.g. model=resnet20,method=brecq|qdrop,bits=w4a4,seed=1 "
                  "(repeatable: all hold)")
      ->join(',');
}

}  // namespace ptqbench
