#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "harness/commands/commands.h"
#include "harness/config/train_config.h"
#include "harness/jobs/train_runner.h"
#include "harness/plan/names.h"

namespace ptqbench {

void add_train(CLI::App& app, Command& chosen) {
  auto config = std::make_shared<std::filesystem::path>();
  auto set = std::make_shared<std::vector<std::string>>();
  auto* command =
      app.add_subcommand("train", "train a full-precision model and write its checkpoint");
  command->add_option("config", *config, "training (YAML)")->required();
  add_set_option(*command, *set, "epochs=5");
  command->callback([config, set, &chosen] {
    chosen = [config, set](Communicator& communicator) {
      return train_model(communicator, load_train(*config, *set, known_names()));
    };
  });
}

}  // namespace ptqbench
