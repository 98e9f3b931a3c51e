#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>
#include <memory>

#include "harness/commands/commands.h"
#include "harness/shown/report.h"
#include "results/tables/render.h"

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

int show_tables(const std::filesystem::path& run, const std::string& format) {
  const auto results = read_compared_summaries(run);
  for (const auto& table : results.tables) fmt::print("{}\n", renderers().at(format)(table));
  // The state goes to standard error; in a file of both the table comes first.
  std::fflush(stdout);
  print_state(results);
  return 0;
}

}  // namespace

void add_table(CLI::App& app, Command& chosen) {
  auto run = std::make_shared<std::filesystem::path>();
  auto format = std::make_shared<std::string>("console");
  auto* command =
      app.add_subcommand("table", "print the table of a run directory, finished or not");
  command->add_option("run", *run, "run directory or results.h5")->required();
  command->add_option("--format", *format, "console, markdown, latex or csv")
      ->check(CLI::IsMember({"console", "markdown", "latex", "csv"}));
  command->callback([run, format, &chosen] {
    chosen = on_rank_zero([run, format] { return show_tables(*run, *format); });
  });
}

}  // namespace ptqbench
