#include "harness/doctor/doctor.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "harness/commands/commands.h"

namespace ptqbench {

void add_doctor(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<DoctorOptions>();
  auto* command = app.add_subcommand(
      "doctor", "show devices, cores and libraries of every rank and what is wrong with them");
  command->add_option("run", options->run_dir,
                      "run directory, whose file system and settings are looked at, too");
  command->add_option("--threads", options->threads, "threads of each rank, as in the sweep")
      ->check(CLI::Range(0, 1024));
  command->callback([options, &chosen] {
    chosen = [options](Communicator& communicator) { return examine_job(communicator, *options); };
  });
}

}  // namespace ptqbench
