#include <CLI/CLI.hpp>
#include <memory>

#include "harness/commands/commands.h"
#include "harness/jobs/sweep_runner.h"

namespace ptqbench {
namespace {

void add_sweep_options(CLI::App& command, RunOptions& options) {
  command.add_option("config", options.config, "sweep (YAML)")->required();
  command.add_option("--out", options.out, "run directory [runs/NAME OF THE SWEEP]");
  add_set_option(command, options.set, "settings.iterations=100");
  add_filter_option(command, options.filter);
}

}  // namespace

void add_run(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<RunOptions>();
  auto* command =
      app.add_subcommand("run", "run a sweep; cells that are already done are not run again");
  add_sweep_options(*command, *options);
  command->add_option("--limit", options->limit, "run at most so many cells")
      ->check(CLI::Range(1, 1000000, "at least 1"));
  command->add_flag("--dry-run", options->dry_run, "show the plan and stop");
  command->add_flag("--save-models", options->save_models,
                    "keep the quantized model of each cell in RUN/models, for `ptqbench evaluate`; "
                    "finished cells without one run again");
  command->add_flag("--retry-crashed", options->retry_crashed,
                    "run cells, too, that were set aside after too many crashes");
  command->callback([options, &chosen] {
    chosen = [options](Communicator& communicator) { return run_sweep(communicator, *options); };
  });
}

void add_plan(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<RunOptions>();
  options->dry_run = true;
  auto* command =
      app.add_subcommand("plan", "list a sweep's cells, what they cost and which are already done");
  add_sweep_options(*command, *options);
  command->add_flag("--check-data", options->check_data,
                    "first read every picture's header and end, every annotation and every row of "
                    "texts, and list all that is wrong with them");
  command
      ->add_option("--gpu-tflops", options->gpu_tflops,
                   "what a GPU sustains in float32, in 1e12 operations a second [5]; for the "
                   "estimate of GPU hours")
      ->check(CLI::Range(1e-3, 1e6, "0.001 to 1000000"));
  command
      ->add_option("--ranks", options->schedule_ranks,
                   "also show what the cells to do would take on so many ranks")
      ->check(CLI::Range(1, 1000000, "1 to 1000000"));
  command->callback([options, &chosen] {
    chosen = [options](Communicator& communicator) { return run_sweep(communicator, *options); };
  });
}

}  // namespace ptqbench
