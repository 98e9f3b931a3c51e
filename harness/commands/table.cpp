#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>
#include <memory>

#include "harness/commands/commands.h"
#include "harness/config/sweep.h"
#include "harness/run/names.h"
#include "harness/run/plan.h"
#include "harness/run/report.h"
#include "harness/run/run_directory.h"
#include "methods/support/error.h"
#include "results/collect.h"
#include "results/render.h"

namespace ptqbench {
namespace {

using Renderer = std::string (*)(const AccuracyTable&);

const std::map<std::string, Renderer>& renderers() {
  static const std::map<std::string, Renderer> all = {{"console", render_console},
                                                      {"markdown", render_markdown},
                                                      {"latex", render_latex},
                                                      {"csv", render_csv}};
  return all;
}

int show_tables(const std::filesystem::path& run_dir, const std::string& format) {
  if (!std::filesystem::exists(sweep_file(run_dir))) {
    throw IoError(run_dir.string() + " is not a run directory: it has no sweep.yaml");
  }
  const auto sweep = load_sweep(sweep_file(run_dir), {}, known_names(), {/*check_files=*/false});
  CollectOptions options;
  options.layout = layout_of(sweep);
  const auto stored = CellStore(run_dir).read_all();
  for (const auto& problem : stored.problems) fmt::print(stderr, "warning: {}\n", problem.message);
  const auto tables = build_tables(stored.records, options.layout);
  if (tables.empty()) throw IoError(run_dir.string() + " has no results yet");
  for (const auto& table : tables) fmt::print("{}\n", renderers().at(format)(table));
  return 0;
}

}  // namespace

void add_table(CLI::App& app, Command& chosen) {
  auto run_dir = std::make_shared<std::filesystem::path>();
  auto format = std::make_shared<std::string>("console");
  auto* command =
      app.add_subcommand("table", "print the table of a run directory, finished or not");
  command->add_option("run", *run_dir, "run directory")->required();
  command->add_option("--format", *format, "console, markdown, latex or csv")
      ->check(CLI::IsMember({"console", "markdown", "latex", "csv"}));
  command->callback([run_dir, format, &chosen] {
    chosen = on_rank_zero([run_dir, format] { return show_tables(*run_dir, *format); });
  });
}

}  // namespace ptqbench
