#include "results/files/export.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "harness/cells/saved_model.h"
#include "harness/commands/commands.h"
#include "harness/shown/report.h"
#include "harness/shown/saved_model_choice.h"
#include "support/atomic_file.h"
#include "support/error.h"
#include "tasks/checkpoint/quantized_checkpoint.h"
#include "tasks/models/onnx/export_model.h"

namespace ptqbench {
namespace {

int export_run(const std::filesystem::path& run, const std::string& format,
               const std::filesystem::path& out) {
  const auto results = read_run_or_file(run);
  const auto text = format == "json" ? export_json(results.records) : export_csv(results.records);
  if (out.empty()) {
    fmt::print("{}", text);
    std::fflush(stdout);
  } else {
    write_file_atomically(out, text);
  }
  print_state(results);
  return 0;
}

/// One cell's quantized model, for other runtimes.
int export_cell(const std::filesystem::path& run, const std::vector<std::string>& cell,
                const std::filesystem::path& onnx) {
  const SavedModel saved = read_saved_model(chosen_model_file(run, cell));
  const auto spec = model_spec(saved.cell);
  if (spec.name != kOnnxModel) {
    throw ConfigError("model '" + spec.name +
                      "' is built in; only networks that came from an ONNX file leave as one");
  }
  UnitGraph model = make_task(saved.cell.task)->make_model(spec);
  assign_quantized(saved.file, model);
  write_file_atomically(onnx, onnx::export_model(model, spec.file));
  return 0;
}

}  // namespace

void add_export(CLI::App& app, Command& chosen) {
  auto run = std::make_shared<std::filesystem::path>();
  auto format = std::make_shared<std::string>("csv");
  auto out = std::make_shared<std::filesystem::path>();
  auto cell = std::make_shared<std::vector<std::string>>();
  auto onnx = std::make_shared<std::filesystem::path>();
  auto* command = app.add_subcommand("export", "write every cell of a run, or one cell's quantized model, for other programs");
  command->add_option("run", *run, "run directory or results.h5")->required();
  command->add_option("cell", *cell, "with --onnx: which, as in `evaluate`");
  command->add_option("--format", *format, "csv or json [csv]")
      ->check(CLI::IsMember({"csv", "json"}));
  command->add_option("--out", *out, "file [standard output]");
  command->add_option("--onnx", *onnx, "file for the quantized model of the cell");
  command->callback([=, &chosen] {
    chosen = on_rank_zero([=] {
      if (!onnx->empty()) return export_cell(*run, *cell, *onnx);
      if (!cell->empty()) throw ConfigError("a cell is exported with --onnx FILE");
      return export_run(*run, *format, *out);
    });
  });
}

}  // namespace ptqbench
