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

struct ExportOptions {
  std::filesystem::path run;
  std::string format = "csv";
  std::string libver;
  std::filesystem::path out;
};

void export_hdf5(const ExportOptions& options, const SweepResults& results) {
  if (options.out.empty()) throw ConfigError("export --format h5 needs --out FILE");
  std::error_code ignored;
  if (std::filesystem::equivalent(options.out, options.run, ignored) ||
      std::filesystem::equivalent(options.out, options.run / "results.h5", ignored))
    throw ConfigError("export --out " + options.out.string() +
                      ": expected another file than the run's own results");
  write_results_file(options.out, results,
                     options.libver == "v18" ? hdf5::FileFormat::kV18 : hdf5::FileFormat::kV110);
}

int export_run(const ExportOptions& options) {
  if (!options.libver.empty() && options.format != "h5")
    throw ConfigError("export --libver is for --format h5");
  const bool rows_only = options.format == "csv";
  const auto results = rows_only ? read_summaries(options.run) : read_run_or_file(options.run);
  if (options.format == "h5") {
    export_hdf5(options, results);
    print_state(results);
    return 0;
  }
  const auto text =
      options.format == "json" ? export_json(results.records) : export_csv(results.records);
  if (options.out.empty()) {
    fmt::print("{}", text);
    std::fflush(stdout);
  } else {
    write_file_atomically(options.out, text);
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
  auto options = std::make_shared<ExportOptions>();
  auto cell = std::make_shared<std::vector<std::string>>();
  auto onnx = std::make_shared<std::filesystem::path>();
  auto* command = app.add_subcommand(
      "export", "write every cell of a run, or one cell's quantized model, for other programs");
  command->add_option("run", options->run, "run directory or results.h5")->required();
  command->add_option("cell", *cell, "with --onnx: which, as in `evaluate`");
  command->add_option("--format", options->format, "csv, json or h5 [csv]")
      ->check(CLI::IsMember({"csv", "json", "h5"}));
  command
      ->add_option("--libver", options->libver,
                   "of --format h5: the oldest HDF5 library that is to read it, v18 or v110 [v110]")
      ->check(CLI::IsMember({"v18", "v110"}));
  command->add_option("--out", options->out, "file [standard output; h5 needs one]");
  command->add_option("--onnx", *onnx, "file for the quantized model of the cell");
  command->callback([=, &chosen] {
    chosen = on_rank_zero([=] {
      if (!onnx->empty()) return export_cell(options->run, *cell, *onnx);
      if (!cell->empty()) throw ConfigError("a cell is exported with --onnx FILE");
      return export_run(*options);
    });
  });
}

}  // namespace ptqbench
