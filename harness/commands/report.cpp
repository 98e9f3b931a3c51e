#include "harness/shown/report.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "harness/cells/run_directory.h"
#include "harness/commands/commands.h"
#include "harness/plan/sample_ids.h"
#include "harness/shown/cell_choice.h"
#include "results/files/collect.h"
#include "results/files/manifest.h"
#include "results/reports/cell_report.h"
#include "results/reports/html_report.h"
#include "support/atomic_file.h"
#include "support/nearest_name.h"

namespace ptqbench {
namespace {

struct ReportRequest {
  /// A run directory or a results.h5.
  std::filesystem::path run;
  std::vector<std::string> words;
  std::filesystem::path calibration_ids;
  std::filesystem::path html;
};

/// The stored cells that no longer belong to the sweep and whose fingerprints begin with a word.
void add_earlier_cells(const CellStore& store, const std::vector<std::string>& words,
                       std::vector<CellRecord>& cells) {
  for (const auto& fingerprint : store.fingerprints()) {
    const auto begins = [&](const std::string& word) {
      return word.size() >= 4 && fingerprint.compare(0, word.size(), word) == 0;
    };
    const auto is_known = [&](const CellRecord& cell) { return cell.fingerprint == fingerprint; };
    if (std::any_of(words.begin(), words.end(), begins) &&
        std::none_of(cells.begin(), cells.end(), is_known)) {
      cells.push_back(store.read(fingerprint));
    }
  }
}

/// The chosen cell of a run directory, of which no other cell file is read.
CellRecord find_stored_cell(const std::filesystem::path& run_dir,
                            const std::vector<std::string>& words) {
  require_run_directory(run_dir);
  const CellStore store(run_dir);
  auto cells = read_manifest(run_dir).cells;
  add_earlier_cells(store, words, cells);
  const CellRecord chosen = choose_cell(cells, join(words, " "));
  std::error_code ignored;
  const bool has_run = std::filesystem::exists(store.cell_path(chosen.fingerprint), ignored);
  return has_run ? read_planned_cell(store, chosen) : chosen;
}

bool stands_beside(const CellRecord& other, const CellRecord& record) {
  return other.task == record.task && other.dataset == record.dataset &&
         other.model == record.model && other.bits == record.bits;
}

/// The finished cells of a run directory in the table entry of a cell.
std::vector<CellRecord> stored_beside(const std::filesystem::path& run_dir,
                                      const CellRecord& record) {
  const CellStore store(run_dir);
  const auto finished = store.finished_fingerprints();
  std::vector<CellRecord> beside;
  for (const CellRecord& planned : read_manifest(run_dir).cells) {
    if (stands_beside(planned, record) && finished.count(planned.fingerprint) > 0)
      beside.push_back(read_planned_cell(store, planned));
  }
  return beside;
}

/// A cell with the finished ones beside it.
struct FoundCell {
  CellRecord record;
  std::vector<CellRecord> beside;
};

FoundCell find_cell(const ReportRequest& request) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(request.run, ignored)) {
    auto record = find_stored_cell(request.run, request.words);
    auto beside = stored_beside(request.run, record);
    return {std::move(record), std::move(beside)};
  }
  const auto all = read_results_file(request.run).records;
  FoundCell found{choose_cell(all, join(request.words, " ")), {}};
  for (const CellRecord& other : all) {
    if (other.status == CellStatus::kFinished && stands_beside(other, found.record))
      found.beside.push_back(other);
  }
  return found;
}

int write_html(const ReportRequest& request) {
  const auto results = read_compared_results(request.run);
  const auto name = run_name(request.run);
  write_file_atomically(request.html, render_html_report(name, results));
  print_state(results);
  fmt::print(stderr, "report in {}\n", request.html.string());
  return 0;
}

int show_report(const ReportRequest& request) {
  if (!request.html.empty()) return write_html(request);
  const auto [record, beside] = find_cell(request);
  if (request.calibration_ids.empty()) {
    fmt::print("{}", render_cell_report(record));
    // What makes its numbers, or those beside it in its table, doubtful.
    for (const AccuracyTable& table : build_tables(beside)) {
      for (const auto& warning : table.warnings) fmt::print("WARNING: {}\n", warning);
    }
    return 0;
  }
  write_file_atomically(request.calibration_ids, sample_ids_text(record));
  fmt::print(stderr, "{} calibration ids in {}\n", record.calibration_ids.size(),
             request.calibration_ids.string());
  return 0;
}

}  // namespace

void add_report(CLI::App& app, Command& chosen) {
  auto request = std::make_shared<ReportRequest>();
  auto* command = app.add_subcommand(
      "report", "print what is known of one cell: metrics, stages, units, noise ratios, flatness");
  command->add_option("run", request->run, "run directory or results.h5")->required();
  auto* cell = command->add_option(
      "cell", request->words,
      "beginning of its fingerprint, or words such as: resnet20 w2a2 qdrop seed 1");
  command->add_option("--calibration-ids", request->calibration_ids,
                      "write the ids of its calibration samples to this file instead");
  command
      ->add_option(
          "--html", request->html,
          "write tables, figures and all cells of the run to this file instead, for a browser")
      ->excludes(cell);
  command->callback([request, &chosen] {
    if (request->words.empty() && request->html.empty()) throw CLI::RequiredError("cell or --html");
    chosen = on_rank_zero([request] { return show_report(*request); });
  });
}

}  // namespace ptqbench
