#include "harness/program.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "harness/commands/commands.h"
#include "harness/devices/machine.h"
#include "harness/parallel/communicator.h"
#include "results/error.h"
#include "support/error.h"
#include "support/exit_code.h"
#include "support/nearest_name.h"
#include "support/printable.h"
#include "support/process_memory.h"

namespace ptqbench {
namespace {

int fail(const std::string& message, int code) {
  fmt::print(stderr, "ptqbench: {}\n", printable(message));
  return code;
}

int run_command(const Command& command, Communicator& communicator) {
  try {
    return command(communicator);
  } catch (const Error& error) {
    return fail(error.what(), exit_code::kBadInput);
  } catch (const std::exception& error) {
    return fail(fmt::format("unforeseen error: {}", error.what()), exit_code::kFailed);
  }
}

std::string usage_error(const CLI::App* app, const CLI::Error& error) {
  const auto chosen = app->get_subcommands();
  const auto unread = app->remaining();
  if (chosen.empty() && !unread.empty()) {
    std::vector<std::string> names;
    for (const auto* command : app->get_subcommands({})) names.push_back(command->get_name());
    return fmt::format("ptqbench: unknown command '{}'{}\n", unread.front(),
                       valid_names_hint(unread.front(), names));
  }
  return fmt::format("ptqbench: {}; see 'ptqbench{} --help'\n", error.what(),
                     chosen.empty() ? "" : " " + chosen.front()->get_name());
}

/// What all ranks know of ends in the same exit code everywhere; what one rank alone ran into ends
/// the job, since the others would wait for it.
int run_job(const Command& command) {
  const auto communicator = make_communicator();
  bool returned = false;
  const int code = run_command(
      [&](Communicator& ranks) {
        const int result = command(ranks);
        returned = true;
        return result;
      },
      *communicator);
  if (!returned && communicator->size() > 1) communicator->abort(code);
  return code;
}

}  // namespace

int run_program(int argc, char** argv) {
  keep_freed_memory();
  CLI::App app(
      "Post-training quantization benchmark: runs sweeps of models, bits, methods and seeds over "
      "the ranks of "
      "an MPI job and collects accuracy tables.");
  app.set_version_flag("--version", program_version());
  app.require_subcommand(1);
  app.failure_message(usage_error);
  Command chosen;
  add_run(app, chosen);
  add_plan(app, chosen);
  add_table(app, chosen);
  add_report(app, chosen);
  add_compare(app, chosen);
  add_history(app, chosen);
  add_export(app, chosen);
  add_evaluate(app, chosen);
  add_sensitivity(app, chosen);
  add_describe(app, chosen);
  add_doctor(app, chosen);
  add_list(app, chosen);
  add_train(app, chosen);
  add_published(app, chosen);
  add_vocabulary(app, chosen);
  add_scenes(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Help and version are such "errors", too. One rank says it for all.
    chosen = [&app, error](Communicator& communicator) {
      if (communicator.rank() == 0) app.exit(error);
      return error.get_exit_code() == 0 ? 0 : exit_code::kBadInput;
    };
  }
  try {
    return run_job(chosen);
  } catch (const std::exception& error) {
    return fail(error.what(), exit_code::kFailed);
  }
}

}  // namespace ptqbench
