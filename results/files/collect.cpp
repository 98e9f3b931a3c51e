#include "results/files/collect.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "results/error.h"
#include "results/files/cell_columns.h"
#include "results/files/cell_layout.h"
#include "results/files/manifest.h"
#include "results/files/store.h"
#include "results/hdf5/hdf5_file.h"
#include "results/hdf5/hdf5_table.h"
#include "support/atomic_file.h"

namespace ptqbench {
namespace {

using hdf5::Group;

constexpr const char* kContent = "results";
constexpr const char* kCells = "cells";
constexpr const char* kMissing = "missing";
constexpr const char* kCellGroups = "cell";

/// A '/' in a name would make a group in a group.
std::string link_name(std::string text) {
  std::replace(text.begin(), text.end(), '/', '-');
  return text;
}

/// One matrix [rows, models] of the table.
template <class T, class Get>
std::vector<T> matrix(const AccuracyTable& table, Get get) {
  std::vector<T> values;
  for (const TableRow& row : table.rows) {
    for (const TableEntry& entry : row.entries) values.push_back(get(entry));
  }
  return values;
}

template <class T, class Get>
std::vector<T> row_values(const AccuracyTable& table, Get get) {
  std::vector<T> values;
  for (const TableRow& row : table.rows) values.push_back(get(row));
  return values;
}

/// The published numbers, one a row, the nearest source of an entry first.
void write_published_values(Group& group, const AccuracyTable& table) {
  std::vector<int64_t> rows;
  std::vector<int64_t> models;
  std::vector<double> values;
  std::vector<double> deviations;
  std::vector<bool> beyond;
  std::vector<std::string> ids;
  std::vector<std::string> kinds;
  const auto add = [&](int64_t row, const std::vector<TableEntry>& entries) {
    for (std::size_t model = 0; model < entries.size(); ++model) {
      for (const ComparedValue& compared : entries[model].published) {
        rows.push_back(row);
        models.push_back(static_cast<int64_t>(model));
        values.push_back(compared.value);
        deviations.push_back(compared.standard_deviation);
        beyond.push_back(compared.beyond_two_standard_errors);
        ids.push_back(table.sources[compared.source].id);
        kinds.push_back(source_kind_name(table.sources[compared.source].kind));
      }
    }
  };
  add(-1, table.full_precision);
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    add(static_cast<int64_t>(row), table.rows[row].entries);
  }
  hdf5::write_table(group, "published",
                    {{"row", std::move(rows)},
                     {"model", std::move(models)},
                     {"value", std::move(values)},
                     {"standard_deviation", std::move(deviations)},
                     {"beyond_two_standard_errors", std::move(beyond)},
                     {"table", std::move(ids)},
                     {"source_kind", std::move(kinds)}});
}

void write_accuracy_table(Group& parent, const AccuracyTable& table) {
  std::string name = link_name(table.task + "_" + table.dataset);
  while (parent.contains(name)) name += link_name("_" + table.metric_name);
  Group group = parent.create_group(name);
  group.write_attribute("task", table.task);
  group.write_attribute("dataset", table.dataset);
  group.write_attribute("metric_name", table.metric_name);
  group.write_attribute("higher_is_better", table.higher_is_better);

  group.write_strings("models", table.models);
  hdf5::write_table(
      group, "rows",
      {{"bits", row_values<std::string>(table, [](const auto& r) { return bits_label(r.bits); })},
       {"weight_bits", row_values<int64_t>(table, [](const auto& r) { return r.bits.weights; })},
       {"activation_bits",
        row_values<int64_t>(table, [](const auto& r) { return r.bits.activations; })},
       {"embedding_bits",
        row_values<int64_t>(table, [](const auto& r) { return r.bits.embeddings; })},
       {"method", row_values<std::string>(table, [](const auto& r) { return r.method; })},
       {"variant", row_values<std::string>(table, [](const auto& r) { return r.variant; })}});

  const std::vector<uint64_t> shape = {table.rows.size(), table.models.size()};
  group.write_doubles("mean", matrix<double>(table, [](const auto& e) { return e.mean; }), shape);
  group.write_doubles("standard_deviation",
                      matrix<double>(table, [](const auto& e) { return e.standard_deviation; }),
                      shape);
  group.write_integers("seeds", matrix<int64_t>(table, [](const auto& e) { return e.seeds; }),
                       shape);
  group.write_integers("failed_seeds",
                       matrix<int64_t>(table, [](const auto& e) { return e.failed_seeds; }), shape);
  group.write_integers("missing_seeds",
                       matrix<int64_t>(table, [](const auto& e) { return e.missing_seeds; }),
                       shape);
  std::vector<double> full_precision;
  for (const TableEntry& entry : table.full_precision) full_precision.push_back(entry.mean);
  group.write_doubles("full_precision", full_precision);
  group.write_strings("notes", table.notes);
  group.write_strings("warnings", table.warnings);
  if (!table.sources.empty()) write_published_values(group, table);
}

/// The columns of `/cells`: what the records have, and the variant of the row that each is in.
std::vector<hdf5::Column> columns_of_cells(const Records& records,
                                           const std::vector<AccuracyTable>& tables) {
  std::map<std::string, std::string> variant_of;
  for (const AccuracyTable& table : tables) {
    for (const TableRow& row : table.rows) {
      for (const std::string& fingerprint : row.cells) variant_of[fingerprint] = row.variant;
    }
  }
  std::vector<std::string> variants;
  for (const CellRecord* record : records) variants.push_back(variant_of[record->fingerprint]);
  auto columns = cell_columns(records);
  columns.push_back({"variant", std::move(variants)});
  return columns;
}

/// How a cell is read from its file: whole, or its summary.
using ReadStored = CellRecord (CellStore::*)(const std::string& fingerprint) const;
using ReadGroup = CellRecord (*)(const Group& group);

CellRecord read_planned(const CellStore& store, ReadStored read, const CellRecord& planned) {
  CellRecord record = (store.*read)(planned.fingerprint);
  record.model = planned.model;
  record.method = planned.method;
  record.registered_model = planned.registered_model;
  record.registered_method = planned.registered_method;
  return record;
}

/// Replaces a cell of the manifest by its record.
void read_cell_of(const CellStore& store, ReadStored read, CellRecord& planned,
                  std::vector<std::string>& problems) {
  try {
    planned = read_planned(store, read, planned);
  } catch (const ResultsError& error) {
    problems.emplace_back(error.what());
  }
}

/// All of the cell whose summary is known, or that where its file has become unreadable.
CellRecord whole_record(const CellStore& store, const CellRecord& summary,
                        std::vector<std::string>& problems) {
  try {
    return read_planned(store, &CellStore::read, summary);
  } catch (const ResultsError& error) {
    problems.emplace_back(error.what());
    return summary;
  }
}

/// Rows and columns in the order of the sweep.
TableLayout layout_of(const std::vector<CellRecord>& records) {
  TableLayout layout;
  const auto add_once = [](std::vector<std::string>& names, const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  for (const CellRecord& record : records) {
    add_once(layout.models, record.model);
    add_once(layout.bits, bits_label(record.bits));
    add_once(layout.methods, record.method);
  }
  return layout;
}

SweepResults read_run(const std::filesystem::path& run_dir, ReadStored read) {
  const CellStore store(run_dir);
  const auto stored = store.fingerprints();
  SweepResults results;
  results.other_cells = stored.size();
  Manifest manifest = read_manifest(run_dir);
  results.reproduces = std::move(manifest.reproduces);
  for (CellRecord& planned : manifest.cells) {
    if (std::binary_search(stored.begin(), stored.end(), planned.fingerprint)) {
      --results.other_cells;
      read_cell_of(store, read, planned, results.problems);
    }
    results.records.push_back(std::move(planned));
  }
  results.tables = build_tables(results.records, layout_of(results.records));
  return results;
}

SweepResults read_file(const std::filesystem::path& path, ReadGroup read) {
  const Group root = hdf5::InputFile(path).root();
  check_format(root, kContent);
  SweepResults results;
  const Group cell_groups = root.open_group(kCellGroups);
  for (CellRecord& planned : identity_records(hdf5::read_table(root, kCells), path.string())) {
    CellRecord record = read(cell_groups.open_group(planned.fingerprint));
    record.registered_model = std::move(planned.registered_model);
    record.registered_method = std::move(planned.registered_method);
    results.records.push_back(std::move(record));
  }
  for (CellRecord& missing : identity_records(hdf5::read_table(root, kMissing), path.string()))
    results.records.push_back(std::move(missing));
  results.tables = build_tables(results.records, layout_of(results.records));
  return results;
}

/// Everything of a results file; `whole` gives each stored cell with its units and quantizers.
void fill_file(hdf5::MemoryFile& file, const SweepResults& results,
               const std::function<CellRecord(const CellRecord&)>& whole) {
  Records stored;
  Records missing;
  for (const CellRecord& record : results.records) {
    (record.status == CellStatus::kMissing ? missing : stored).push_back(&record);
  }
  Group root = file.root();
  write_format(root, kContent);
  hdf5::write_table(root, kCells, columns_of_cells(stored, results.tables));
  hdf5::write_table(root, kMissing, identity_columns(missing));
  Group table_groups = root.create_group("tables");
  for (const AccuracyTable& table : results.tables) write_accuracy_table(table_groups, table);
  Group cell_groups = root.create_group(kCellGroups);
  for (const CellRecord* record : stored) {
    Group group = cell_groups.create_group(record->fingerprint);
    write_cell(group, whole(*record));
  }
}

}  // namespace

std::size_t SweepResults::count(CellStatus status) const {
  return static_cast<std::size_t>(
      std::count_if(records.begin(), records.end(),
                    [&](const CellRecord& record) { return record.status == status; }));
}

CellRecord read_planned_cell(const CellStore& store, const CellRecord& planned) {
  return read_planned(store, &CellStore::read, planned);
}

SweepResults read_results(const std::filesystem::path& run_dir) {
  return read_run(run_dir, &CellStore::read);
}

SweepResults read_result_summaries(const std::filesystem::path& run_dir) {
  return read_run(run_dir, &CellStore::read_summary);
}

SweepResults read_results_file(const std::filesystem::path& path) {
  return read_file(path, read_cell);
}

SweepResults read_result_summaries_file(const std::filesystem::path& path) {
  return read_file(path, read_cell_summary);
}

std::vector<std::string> write_results(const std::filesystem::path& run_dir,
                                       const SweepResults& results) {
  const CellStore store(run_dir);
  const auto path = store.results_path();
  std::vector<std::string> problems;
  hdf5::MemoryFile file(path.string(), run_dir);
  fill_file(file, results, [&](const CellRecord& record) {
    return whole_record(store, record, problems);
  });
  write_file_atomically(path, file.finish());
  return problems;
}

void write_results_file(const std::filesystem::path& path, const SweepResults& results,
                        hdf5::FileFormat format) {
  hdf5::MemoryFile file(path.string(), format);
  fill_file(file, results, [](const CellRecord& record) { return record; });
  write_file_atomically(path, file.finish());
}

}  // namespace ptqbench
