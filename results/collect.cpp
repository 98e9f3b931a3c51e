#include "results/collect.h"

#include <fmt/format.h>

#include <algorithm>

#include "results/atomic_file.h"
#include "results/cell_columns.h"
#include "results/cell_layout.h"
#include "results/hdf5_file.h"
#include "results/hdf5_table.h"

namespace ptqbench {
namespace {

using hdf5::Group;

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
      {{"bits",
        row_values<std::string>(
            table, [](const auto& r) { return bits_label(r.weight_bits, r.activation_bits); })},
       {"weight_bits", row_values<int64_t>(table, [](const auto& r) { return r.weight_bits; })},
       {"activation_bits",
        row_values<int64_t>(table, [](const auto& r) { return r.activation_bits; })},
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
  std::vector<double> full_precision;
  for (const TableEntry& entry : table.full_precision) full_precision.push_back(entry.mean);
  group.write_doubles("full_precision", full_precision);
  group.write_strings("notes", table.notes);
}

}  // namespace

void write_results_file(const std::filesystem::path& path, const std::vector<CellRecord>& records,
                        const std::vector<AccuracyTable>& tables) {
  hdf5::MemoryFile file(path.string());
  {
    Group root = file.root();
    write_format(root, "results");
    hdf5::write_table(root, "cells", cell_columns(records));
    Group table_groups = root.create_group("tables");
    for (const AccuracyTable& table : tables) write_accuracy_table(table_groups, table);
    Group cell_groups = root.create_group("cell");
    for (const CellRecord& record : records) {
      Group group = cell_groups.create_group(record.fingerprint);
      write_cell(group, record);
    }
  }
  write_file_atomically(path, file.finish());
}

CollectReport collect(const std::filesystem::path& run_dir, const CollectOptions& options) {
  const CellStore store(run_dir);
  StoredCells stored = store.read_all();
  CollectReport report;
  report.problems = std::move(stored.problems);
  std::set<std::string> absent = options.fingerprints.value_or(std::set<std::string>());
  for (CellRecord& record : stored.records) {
    absent.erase(record.fingerprint);
    if (options.fingerprints && options.fingerprints->count(record.fingerprint) == 0) {
      report.left_out.push_back(record.fingerprint);
    } else {
      report.records.push_back(std::move(record));
    }
  }
  report.absent.assign(absent.begin(), absent.end());
  report.tables = build_tables(report.records, options.layout);
  write_results_file(store.results_path(), report.records, report.tables);
  return report;
}

}  // namespace ptqbench
