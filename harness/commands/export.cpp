#include "results/files/export.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "harness/commands/commands.h"
#include "harness/shown/report.h"
#include "support/atomic_file.h"

namespace ptqbench {
namespace {

int export_run(const std::filesystem::path& run, const std::string& format,
               const std::filesystem::path& out) {
  const bool json = format == "json";
  const auto results = json ? read_run_or_file(run) : read_summaries(run);
  const auto text = json ? export_json(results.records) : export_csv(results.records);
  if (out.empty()) {
    fmt::print("{}", text);
    std::fflush(stdout);
  } else {
    write_file_atomically(out, text);
  }
  print_state(results);
  return 0;
}

}  // namespace

void add_export(CLI::App& app, Command& chosen) {
  auto run = std::make_shared<std::filesystem::path>();
  auto format = std::make_shared<std::string>("csv");
  auto out = std::make_shared<std::filesystem::path>();
  auto* command = app.add_subcommand("export", "write every cell of a run for other programs");
  command->add_option("run", *run, "run directory or results.h5")->required();
  command->add_option("--format", *format, "csv or json [csv]")
      ->check(CLI::IsMember({"csv", "json"}));
  command->add_option("--out", *out, "file [standard output]");
  command->callback([run, format, out, &chosen] {
    chosen = on_rank_zero([run, format, out] { return export_run(*run, *format, *out); });
  });
}

}  // namespace ptqbench
