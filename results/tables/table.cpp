#include "results/tables/table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "results/cells/variants.h"
#include "results/statistics/moments.h"
#include "results/tables/warnings.h"

namespace ptqbench {
namespace {

using Records = std::vector<const CellRecord*>;

template <class T>
void add_once(std::vector<T>& list, const T& item) {
  if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

constexpr const char* kNotRun = "not run";

/// Orders the values of a setting: numbers by size, everything else by its letters.
struct ByValue {
  static std::optional<double> number(const std::string& text) {
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0' || std::isnan(value)) return std::nullopt;
    return value;
  }
  bool operator()(const std::vector<std::string>& left,
                  const std::vector<std::string>& right) const {
    const auto key = [](const std::string& text) {
      const auto value = number(text);
      return std::tuple(!value.has_value(), value.value_or(0), text);
    };
    return std::lexicographical_compare(
        left.begin(), left.end(), right.begin(), right.end(),
        [&](const std::string& a, const std::string& b) { return key(a) < key(b); });
  }
};

std::string variant_label(const std::set<std::string>& keys,
                          const std::vector<std::string>& values) {
  return !values.empty() && values.front() == kNotRun ? kNotRun : settings_label(keys, values);
}

/// Of cells that differ in averaged settings only, any stands for all.
ComparedCell compared_cell(const CellRecord& cell) {
  ComparedCell compared;
  compared.dataset = cell.dataset;
  compared.metric = cell.metric_name;
  compared.model = registered_model(cell);
  compared.method = registered_method(cell);
  compared.bits = cell.bits;
  for (const auto& [key, value] : cell.settings)
    compared.settings.emplace_back(key, setting_text(value));
  return compared;
}

/// One entry from the cells that belong to it.
TableEntry make_entry(const Records& cells, std::vector<std::string>& notes) {
  std::map<int64_t, Records> finished;
  std::set<int64_t> failed;
  std::set<int64_t> missing;
  for (const CellRecord* cell : cells) {
    if (cell->status == CellStatus::kFinished) {
      finished[cell->seed].push_back(cell);
    } else {
      (cell->status == CellStatus::kFailed ? failed : missing).insert(cell->seed);
    }
  }
  std::vector<double> values, seconds;
  for (const auto& [seed, runs] : finished) {
    const CellRecord* last = last_started(runs);
    if (runs.size() > 1) {
      notes.push_back(fmt::format("{} {}, {}: seed {} was run {} times; the last, {}, counts",
                                  bits_label(last->bits), last->method, last->model, seed,
                                  runs.size(), last->fingerprint.substr(0, 8)));
    }
    values.push_back(last->metric);
    seconds.push_back(last->seconds);
    failed.erase(seed);
    missing.erase(seed);
  }
  for (const int64_t seed : failed) missing.erase(seed);
  TableEntry entry = summarize(values);
  entry.seconds = statistics::mean(seconds);
  if (!finished.empty()) entry.compared = compared_cell(*finished.begin()->second.front());
  entry.failed_seeds = static_cast<int64_t>(failed.size());
  entry.missing_seeds = static_cast<int64_t>(missing.size());
  return entry;
}

/// The rows of one method at one bit width.
std::vector<TableRow> make_rows(const Records& cells, const std::set<std::string>& keys,
                                const std::vector<std::string>& models, const TableLayout& layout,
                                std::vector<std::string>& notes) {
  std::map<std::vector<std::string>, Records, ByValue> variants;
  Records missing;
  for (const CellRecord* cell : cells) {
    if (cell->status == CellStatus::kMissing) {
      missing.push_back(cell);
      continue;
    }
    const auto settings = decisive_settings(*cell, layout.averaged_settings);
    std::vector<std::string> values;
    for (const auto& key : keys) values.push_back(value_of(settings, key));
    variants[values].push_back(cell);
  }
  // What a missing cell's settings are is known when it has run.
  if (!missing.empty()) {
    const bool has_place = variants.size() == 1;
    auto& members = has_place ? variants.begin()->second
                              : variants[std::vector<std::string>(keys.size(), kNotRun)];
    members.insert(members.end(), missing.begin(), missing.end());
  }
  std::vector<TableRow> rows;
  for (const auto& [values, members] : variants) {
    TableRow row;
    row.bits = cells.front()->bits;
    row.method = cells.front()->method;
    row.variant = variant_label(keys, values);
    for (const CellRecord* cell : members) row.cells.push_back(cell->fingerprint);
    for (const auto& model : models) {
      Records of_model;
      std::copy_if(members.begin(), members.end(), std::back_inserter(of_model),
                   [&](const CellRecord* cell) { return cell->model == model; });
      row.entries.push_back(make_entry(of_model, notes));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

TableEntry full_precision_entry(const Records& cells, const std::string& model,
                                const std::string& metric_name, std::vector<std::string>& notes) {
  std::set<double> values;
  std::optional<ComparedCell> compared;
  for (const CellRecord* cell : cells) {
    if (cell->model == model && std::isfinite(cell->full_precision_metric)) {
      values.insert(cell->full_precision_metric);
      if (!compared) compared = compared_cell(*cell);
    }
  }
  if (values.size() > 1) {
    notes.push_back(fmt::format("{}: its cells disagree on the full-precision metric: {}", model,
                                fmt::join(values, ", ")));
  }
  TableEntry entry = summarize({values.begin(), values.end()});
  if (compared) {
    compared->method = kFullPrecisionMethod;
    compared->metric = metric_name;  // a failed cell has none
    compared->bits = {};
    entry.compared = std::move(compared);
  }
  return entry;
}

/// Models, bits and methods of a table in their final order.
struct Axes {
  std::vector<std::string> models;
  std::vector<CellBits> bits;
  std::vector<std::string> methods;
};

/// The given names that occur, then the others.
std::vector<std::string> in_order(const std::vector<std::string>& given,
                                  const std::vector<std::string>& occurring) {
  std::vector<std::string> names;
  for (const auto& name : given) {
    if (std::count(occurring.begin(), occurring.end(), name) > 0) add_once(names, name);
  }
  for (const auto& name : occurring) add_once(names, name);
  return names;
}

Axes find_axes(const Records& cells, const TableLayout& layout) {
  Axes axes;
  for (const CellRecord* cell : cells) {
    add_once(axes.models, cell->model);
    add_once(axes.bits, cell->bits);
    add_once(axes.methods, cell->method);
  }
  axes.models = in_order(layout.models, axes.models);
  axes.methods = in_order(layout.methods, axes.methods);
  const auto given_place = [&](const CellBits& bits) {
    return std::find(layout.bits.begin(), layout.bits.end(), bits_label(bits)) -
           layout.bits.begin();
  };
  std::sort(axes.bits.begin(), axes.bits.end(), [&](const auto& left, const auto& right) {
    const auto left_place = given_place(left);
    const auto right_place = given_place(right);
    if (left_place != right_place) return left_place < right_place;
    return bits_before(left, right);
  });
  return axes;
}

AccuracyTable build_table(const Records& cells, const std::string& metric_name,
                          const TableLayout& layout) {
  AccuracyTable table;
  table.task = cells.front()->task;
  table.dataset = cells.front()->dataset;
  table.metric_name = metric_name;
  for (const CellRecord* cell : cells) {
    if (cell->metric_name == metric_name) table.higher_is_better = cell->higher_is_better;
  }
  const Axes axes = find_axes(cells, layout);
  table.models = axes.models;
  for (const auto& model : table.models) {
    table.full_precision.push_back(full_precision_entry(cells, model, metric_name, table.notes));
  }
  std::map<std::string, std::set<std::string>> keys_of_method;
  for (const auto& method : axes.methods) {
    Records of_method;
    std::copy_if(cells.begin(), cells.end(), std::back_inserter(of_method),
                 [&](const CellRecord* cell) { return cell->method == method; });
    keys_of_method[method] = differing_settings(of_method, layout.averaged_settings);
  }
  for (const auto& bits : axes.bits) {
    for (const auto& method : axes.methods) {
      Records members;
      std::copy_if(
          cells.begin(), cells.end(), std::back_inserter(members),
          [&](const CellRecord* cell) { return cell->method == method && cell->bits == bits; });
      if (members.empty()) continue;
      auto rows = make_rows(members, keys_of_method[method], table.models, layout, table.notes);
      std::move(rows.begin(), rows.end(), std::back_inserter(table.rows));
    }
  }
  table.warnings = table_warnings(table, cells);
  return table;
}

}  // namespace

TableEntry summarize(const std::vector<double>& values) {
  TableEntry entry;
  entry.seeds = static_cast<int64_t>(values.size());
  entry.mean = statistics::mean(values);
  entry.standard_deviation = statistics::sample_standard_deviation(values);
  return entry;
}

std::vector<AccuracyTable> build_tables(const std::vector<CellRecord>& records,
                                        const TableLayout& layout) {
  using Place = std::tuple<std::string, std::string, std::string>;
  std::vector<Place> places;
  for (const CellRecord& record : records) {
    if (!record.metric_name.empty()) {
      add_once(places, Place(record.task, record.dataset, record.metric_name));
    }
  }
  std::map<Place, Records> cells_of;
  for (const CellRecord& record : records) {
    Place place(record.task, record.dataset, record.metric_name);
    if (record.metric_name.empty()) {
      const auto same = std::find_if(places.begin(), places.end(), [&](const Place& other) {
        return std::get<0>(other) == record.task && std::get<1>(other) == record.dataset;
      });
      if (same != places.end()) place = *same;
    }
    add_once(places, place);
    cells_of[place].push_back(&record);
  }
  std::vector<AccuracyTable> tables;
  for (const Place& place : places) {
    tables.push_back(build_table(cells_of[place], std::get<2>(place), layout));
  }
  return tables;
}

}  // namespace ptqbench
