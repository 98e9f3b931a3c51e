#include "results/files/cell_columns.h"

#include <fmt/format.h>

#include <iterator>
#include <map>
#include <set>
#include <string>
#include <type_traits>
#include <utility>

#include "results/error.h"

namespace ptqbench {
namespace {

using hdf5::Column;

template <class T, class Get>
Column column(const std::string& name, const Records& records, Get get) {
  std::vector<T> values;
  values.reserve(records.size());
  for (const CellRecord* record : records) values.push_back(get(*record));
  return {name, std::move(values)};
}

constexpr std::size_t kReasonBytes = 500;

/// The text up to `kReasonBytes`, not cut within a UTF-8 letter.
std::string beginning(const std::string& text) {
  if (text.size() <= kReasonBytes) return text;
  std::size_t end = kReasonBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

/// One column for each key of a map that every record has.
void add_map_columns(std::vector<Column>& columns, const std::string& prefix,
                     const Records& records, std::map<std::string, double> CellRecord::*member) {
  std::set<std::string> keys;
  for (const CellRecord* record : records) {
    for (const auto& [key, value] : record->*member) keys.insert(key);
  }
  for (const auto& key : keys) {
    columns.push_back(column<double>(prefix + key, records, [&](const CellRecord& record) {
      const auto found = (record.*member).find(key);
      return found == (record.*member).end() ? kNotMeasured : found->second;
    }));
  }
}

/// What the report has in single numbers: the noise ratio at the network's output and the loss
/// changes, by column.
std::map<std::string, double> report_numbers(const CellRecord& record) {
  std::map<std::string, double> numbers;
  if (!record.block_noise.empty()) numbers["noise_ratio"] = record.block_noise.back().decibels;
  for (const FlatnessPoint& point : record.flatness) {
    numbers[fmt::format("loss_change_{}_{}", point.data, point.magnitude)] = point.loss_change;
  }
  return numbers;
}

void add_report_columns(std::vector<Column>& columns, const Records& records) {
  std::set<std::string> names;
  for (const CellRecord* record : records) {
    for (const auto& [name, number] : report_numbers(*record)) names.insert(name);
  }
  for (const auto& name : names) {
    columns.push_back(column<double>(name, records, [&](const CellRecord& record) {
      const auto numbers = report_numbers(record);
      const auto found = numbers.find(name);
      return found == numbers.end() ? kNotMeasured : found->second;
    }));
  }
}

/// The values of one setting, null where a record lacks it.
using SettingColumn = std::vector<const SettingValue*>;

bool all_hold(const SettingColumn& values, std::size_t alternative) {
  for (const SettingValue* value : values) {
    if (value == nullptr || value->index() != alternative) return false;
  }
  return true;
}

template <class T>
Column same_type_column(const std::string& name, const SettingColumn& values) {
  std::vector<T> held;
  for (const SettingValue* value : values) held.push_back(std::get<T>(*value));
  return {name, std::move(held)};
}

double as_number(const SettingValue& value) {
  if (const auto* integer = std::get_if<int64_t>(&value)) return static_cast<double>(*integer);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? 1 : 0;
  return std::get<double>(value);
}

Column setting_column(const std::string& name, const SettingColumn& values) {
  if (all_hold(values, SettingValue(int64_t{}).index())) {
    return same_type_column<int64_t>(name, values);
  }
  if (all_hold(values, SettingValue(false).index())) return same_type_column<bool>(name, values);

  bool has_text = false;
  for (const SettingValue* value : values) {
    has_text = has_text || (value != nullptr && std::holds_alternative<std::string>(*value));
  }
  if (has_text) {
    std::vector<std::string> texts;
    for (const SettingValue* value : values) {
      texts.push_back(value == nullptr ? "" : setting_text(*value));
    }
    return {name, std::move(texts)};
  }
  std::vector<double> numbers;
  for (const SettingValue* value : values) {
    numbers.push_back(value == nullptr ? kNotMeasured : as_number(*value));
  }
  return {name, std::move(numbers)};
}

void add_setting_columns(std::vector<Column>& columns, const Records& records) {
  std::map<std::string, SettingColumn> settings;
  for (std::size_t row = 0; row < records.size(); ++row) {
    for (const auto& [key, value] : records[row]->settings) {
      settings.try_emplace(key, records.size(), nullptr).first->second[row] = &value;
    }
  }
  for (const auto& [key, values] : settings) {
    columns.push_back(setting_column("setting_" + key, values));
  }
}

Records pointers_to(const std::vector<CellRecord>& records) {
  Records pointers;
  for (const CellRecord& record : records) pointers.push_back(&record);
  return pointers;
}

}  // namespace

std::vector<Column> identity_columns(const Records& records) {
  using C = CellRecord;
  using std::string;
  return {
      column<string>("fingerprint", records, [](const C& c) { return c.fingerprint; }),
      column<string>("task", records, [](const C& c) { return c.task; }),
      column<string>("dataset", records, [](const C& c) { return c.dataset; }),
      column<string>("model", records, [](const C& c) { return c.model; }),
      column<string>("bits", records, [](const C& c) { return bits_label(c.bits); }),
      column<int64_t>("weight_bits", records, [](const C& c) { return c.bits.weights; }),
      column<int64_t>("activation_bits", records, [](const C& c) { return c.bits.activations; }),
      column<int64_t>("embedding_bits", records, [](const C& c) { return c.bits.embeddings; }),
      column<string>("method", records, [](const C& c) { return c.method; }),
      column<int64_t>("seed", records, [](const C& c) { return c.seed; }),
      column<string>("registered_model", records, [](const C& c) { return registered_model(c); }),
      column<string>("registered_method", records, [](const C& c) { return registered_method(c); }),
  };
}

std::vector<CellRecord> identity_records(const hdf5::Table& table, const std::string& where) {
  std::vector<CellRecord> cells(table.rows());
  const auto fill = [&](const char* name, auto member) {
    using T = std::decay_t<decltype(CellRecord().*member)>;
    const auto& values = table.column<T>(name);
    for (std::size_t i = 0; i < cells.size(); ++i) cells[i].*member = values[i];
  };
  fill("fingerprint", &CellRecord::fingerprint);
  fill("task", &CellRecord::task);
  fill("dataset", &CellRecord::dataset);
  fill("model", &CellRecord::model);
  const auto fill_bits = [&](const char* name, int64_t CellBits::*member) {
    const auto& values = table.column<int64_t>(name);
    for (std::size_t i = 0; i < cells.size(); ++i) cells[i].bits.*member = values[i];
  };
  fill_bits("weight_bits", &CellBits::weights);
  fill_bits("activation_bits", &CellBits::activations);
  if (table.has_column("embedding_bits")) fill_bits("embedding_bits", &CellBits::embeddings);
  fill("method", &CellRecord::method);
  fill("seed", &CellRecord::seed);
  // Earlier programs wrote neither these columns nor the bits of embeddings.
  if (table.has_column("registered_model")) {
    fill("registered_model", &CellRecord::registered_model);
    fill("registered_method", &CellRecord::registered_method);
  }
  for (CellRecord& cell : cells) {
    // Fingerprints become file names.
    if (!is_fingerprint(cell.fingerprint))
      throw ResultsError(fmt::format("{}: '{}' is no fingerprint", where, cell.fingerprint));
    cell.status = CellStatus::kMissing;
  }
  return cells;
}

std::vector<Column> cell_columns(const Records& records) {
  using C = CellRecord;
  using std::string;
  std::vector<Column> columns = identity_columns(records);
  std::vector<Column> outcome = {
      column<string>("status", records, [](const C& c) { return status_name(c.status); }),
      column<string>("failed_stage", records, [](const C& c) { return c.failed_stage; }),
      column<string>("failure_reason", records,
                     [](const C& c) { return beginning(c.failure_reason); }),
      column<string>("metric_name", records, [](const C& c) { return c.metric_name; }),
      column<bool>("higher_is_better", records, [](const C& c) { return c.higher_is_better; }),
      column<double>("metric", records, [](const C& c) { return c.metric; }),
      column<double>("full_precision_metric", records,
                     [](const C& c) { return c.full_precision_metric; }),
      column<double>("seconds", records, [](const C& c) { return c.seconds; }),
      column<string>("host", records, [](const C& c) { return c.host; }),
      column<string>("device", records, [](const C& c) { return c.device; }),
      column<int64_t>("rank", records, [](const C& c) { return c.rank; }),
      column<int64_t>("threads", records, [](const C& c) { return c.threads; }),
      column<int64_t>("memory_bytes", records, [](const C& c) { return c.memory_bytes; }),
      column<string>("started_at", records, [](const C& c) { return c.started_at; }),
      column<int64_t>("attempt", records, [](const C& c) { return c.attempt; }),
  };
  std::move(outcome.begin(), outcome.end(), std::back_inserter(columns));
  add_map_columns(columns, "further_", records, &CellRecord::further_metrics);
  add_report_columns(columns, records);
  add_map_columns(columns, "seconds_", records, &CellRecord::stage_seconds);
  add_setting_columns(columns, records);
  return columns;
}

std::vector<Column> identity_columns(const std::vector<CellRecord>& records) {
  return identity_columns(pointers_to(records));
}

std::vector<Column> cell_columns(const std::vector<CellRecord>& records) {
  return cell_columns(pointers_to(records));
}

}  // namespace ptqbench
