#include "tasks/detection/scenes/scenes.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "harness/commands/commands.h"
#include "tasks/detection/coco/coco_folder.h"

namespace ptqbench {
namespace {

int export_scenes(const SceneOptions& options, const std::filesystem::path& output) {
  write_coco_folder(SceneDataset(options), options.count, output, options.split);
  fmt::print("{} scenes in {}\n", options.count, output.string());
  return 0;
}

}  // namespace

void add_scenes(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<SceneOptions>();
  auto output = std::make_shared<std::filesystem::path>();
  auto* command = app.add_subcommand(
      "scenes", "write made-up scenes of Fashion-MNIST items as images with COCO annotations");
  command
      ->add_option(
          "output", *output,
          "folder for annotations/instances_SPLIT.json and SPLIT/, which the data set coco reads")
      ->required();
  command->add_option("--count", options->count, "number of scenes")->capture_default_str();
  command->add_option("--seed", options->seed, "of the scenes")->capture_default_str();
  command->add_option("--split", options->split, "train or test: whose items appear")
      ->capture_default_str();
  command->add_option("--root", options->root, "folder of Fashion-MNIST")->capture_default_str();
  command->callback([options, output, &chosen] {
    chosen = on_rank_zero([options, output] { return export_scenes(*options, *output); });
  });
}

}  // namespace ptqbench
