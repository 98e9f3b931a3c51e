#include "harness/jobs/sensitivity.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "harness/commands/commands.h"
#include "support/exit_code.h"
#include "support/printable.h"

namespace ptqbench {
namespace {

int show_sensitivity(Communicator& communicator, const SensitivityOptions& options,
                     const std::string& format) {
  const auto result = measure_sensitivity(communicator, options);
  if (!result.error.empty()) {
    if (communicator.rank() == 0) fmt::print(stderr, "ptqbench: {}\n", printable(result.error));
    return exit_code::kBadInput;
  }
  if (communicator.rank() != 0) return 0;
  fmt::print("{}", format == "csv" ? render_sensitivity_csv(result.tables)
                                   : render_sensitivity_console(result.tables));
  std::fflush(stdout);
  for (const auto& failure : result.failures) fmt::print(stderr, "failed: {}\n", failure);
  return result.failures.empty() ? 0 : 1;
}

}  // namespace

void add_sensitivity(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<SensitivityOptions>();
  auto format = std::make_shared<std::string>("console");
  auto* command = app.add_subcommand(
      "sensitivity",
      "quantize one unit at a time of each model and bit width of a sweep and rank the units");
  command->add_option("config", options->config, "sweep (YAML)")->required();
  add_set_option(*command, options->set, "evaluation.samples=1000");
  add_filter_option(*command, options->filter);
  command->add_option("--format", *format, "console or csv")
      ->check(CLI::IsMember({"console", "csv"}));
  command->callback([options, format, &chosen] {
    chosen = [options, format](Communicator& communicator) {
      return show_sensitivity(communicator, *options, *format);
    };
  });
}

}  // namespace ptqbench
