#include "results/files/cell_layout.h"

#include <fmt/format.h>

#include <set>

#include "results/error.h"
#include "results/hdf5/hdf5_table.h"

namespace ptqbench {
namespace {

using hdf5::Column;
using hdf5::Group;
using hdf5::Table;

void check_record(const CellRecord& record, const std::string& where) {
  if (!is_fingerprint(record.fingerprint)) {
    throw ResultsError(
        fmt::format("{}: the fingerprint '{}' is not 64 lower-case hexadecimal digits", where,
                    record.fingerprint));
  }
  std::set<std::string> keys;
  for (const auto& [key, value] : record.settings) {
    if (!keys.insert(key).second) {
      throw ResultsError(fmt::format("{}: the setting '{}' is given twice", where, key));
    }
  }
  for (const QuantizerRecord& quantizer : record.quantizers) {
    if (quantizer.scale.size() != quantizer.zero_point.size()) {
      throw ResultsError(fmt::format("{}: quantizer '{}' has {} scales but {} zero points", where,
                                     quantizer.name, quantizer.scale.size(),
                                     quantizer.zero_point.size()));
    }
  }
}

template <class T, class Record, class Get>
Column column(const std::string& name, const std::vector<Record>& records, Get get) {
  std::vector<T> values;
  values.reserve(records.size());
  for (const Record& record : records) values.push_back(get(record));
  return {name, std::move(values)};
}

void write_units(Group& group, const std::vector<UnitRecord>& units) {
  using U = UnitRecord;
  hdf5::write_table(
      group, "units",
      {column<std::string>("name", units, [](const U& u) { return u.name; }),
       column<std::string>("kind", units, [](const U& u) { return u.kind; }),
       column<std::string>("block", units, [](const U& u) { return u.block; }),
       column<std::string>("phase", units, [](const U& u) { return u.phase; }),
       column<int64_t>("iterations", units, [](const U& u) { return u.iterations; }),
       column<double>("seconds", units, [](const U& u) { return u.seconds; }),
       column<double>("error_before", units, [](const U& u) { return u.error_before; }),
       column<double>("error_after", units, [](const U& u) { return u.error_after; }),
       column<int64_t>("weights", units, [](const U& u) { return u.weights; }),
       column<int64_t>("flipped_weights", units, [](const U& u) { return u.flipped_weights; })});

  std::vector<int64_t> unit, iteration;
  std::vector<double> total, reconstruction, rounding;
  for (std::size_t i = 0; i < units.size(); ++i) {
    for (const LossPoint& point : units[i].loss_curve) {
      unit.push_back(static_cast<int64_t>(i));
      iteration.push_back(point.iteration);
      total.push_back(point.total);
      reconstruction.push_back(point.reconstruction);
      rounding.push_back(point.rounding);
    }
  }
  hdf5::write_table(group, "losses",
                    {{"unit", std::move(unit)},
                     {"iteration", std::move(iteration)},
                     {"total", std::move(total)},
                     {"reconstruction", std::move(reconstruction)},
                     {"rounding", std::move(rounding)}});
}

/// An index into a table of `size` rows that a corrupt or hand-made file cannot lead astray.
std::size_t checked_index(int64_t index, std::size_t size, const std::string& where) {
  if (index < 0 || static_cast<std::size_t>(index) >= size) {
    throw ResultsError(fmt::format("{}: row {} of {} is referred to", where, index, size));
  }
  return static_cast<std::size_t>(index);
}

std::vector<UnitRecord> read_units(const Group& group) {
  const Table table = hdf5::read_table(group, "units");
  std::vector<UnitRecord> units(table.rows());
  for (std::size_t i = 0; i < units.size(); ++i) {
    units[i].name = table.column<std::string>("name")[i];
    units[i].kind = table.column<std::string>("kind")[i];
    if (table.has_column("block")) units[i].block = table.column<std::string>("block")[i];
    units[i].phase = table.column<std::string>("phase")[i];
    units[i].iterations = table.column<int64_t>("iterations")[i];
    units[i].seconds = table.column<double>("seconds")[i];
    units[i].error_before = table.column<double>("error_before")[i];
    units[i].error_after = table.column<double>("error_after")[i];
    if (!table.has_column("flipped_weights")) continue;
    units[i].weights = table.column<int64_t>("weights")[i];
    units[i].flipped_weights = table.column<int64_t>("flipped_weights")[i];
  }
  const Table losses = hdf5::read_table(group, "losses");
  const auto& unit = losses.column<int64_t>("unit");
  const auto& iteration = losses.column<int64_t>("iteration");
  const auto& total = losses.column<double>("total");
  const auto& reconstruction = losses.column<double>("reconstruction");
  const auto& rounding = losses.column<double>("rounding");
  for (std::size_t i = 0; i < losses.rows(); ++i) {
    const std::size_t owner = checked_index(unit[i], units.size(), group.location() + ", losses");
    units[owner].loss_curve.push_back({iteration[i], total[i], reconstruction[i], rounding[i]});
  }
  return units;
}

void write_report(Group& group, const CellRecord& record) {
  using N = BlockNoise;
  using F = FlatnessPoint;
  const auto& noise = record.block_noise;
  const auto& flatness = record.flatness;
  group.write_integers("held_out_ids", record.held_out_ids);
  hdf5::write_table(group, "block_noise",
                    {column<std::string>("block", noise, [](const N& n) { return n.block; }),
                     column<std::string>("kind", noise, [](const N& n) { return n.kind; }),
                     column<double>("decibels", noise, [](const N& n) { return n.decibels; })});
  hdf5::write_table(
      group, "flatness",
      {column<std::string>("data", flatness, [](const F& f) { return f.data; }),
       column<int64_t>("samples", flatness, [](const F& f) { return f.samples; }),
       column<double>("magnitude", flatness, [](const F& f) { return f.magnitude; }),
       column<int64_t>("directions", flatness, [](const F& f) { return f.directions; }),
       column<double>("loss", flatness, [](const F& f) { return f.loss; }),
       column<double>("loss_change", flatness, [](const F& f) { return f.loss_change; })});
}

/// Files of older programs have none of it.
void read_report(const Group& group, CellRecord& record) {
  if (!group.contains("block_noise")) return;
  record.held_out_ids = group.read_integers("held_out_ids");
  const Table noise = hdf5::read_table(group, "block_noise");
  for (std::size_t i = 0; i < noise.rows(); ++i) {
    record.block_noise.push_back({noise.column<std::string>("block")[i],
                                  noise.column<std::string>("kind")[i],
                                  noise.column<double>("decibels")[i]});
  }
  const Table flatness = hdf5::read_table(group, "flatness");
  for (std::size_t i = 0; i < flatness.rows(); ++i) {
    record.flatness.push_back(
        {flatness.column<std::string>("data")[i], flatness.column<int64_t>("samples")[i],
         flatness.column<double>("magnitude")[i], flatness.column<int64_t>("directions")[i],
         flatness.column<double>("loss")[i], flatness.column<double>("loss_change")[i]});
  }
}

void write_quantizers(Group& group, const std::vector<QuantizerRecord>& quantizers) {
  using Q = QuantizerRecord;
  hdf5::write_table(
      group, "quantizers",
      {column<std::string>("name", quantizers, [](const Q& q) { return q.name; }),
       column<std::string>("unit", quantizers, [](const Q& q) { return q.unit; }),
       column<std::string>("kind", quantizers,
                           [](const Q& q) { return quantizer_kind_name(q.kind); }),
       column<int64_t>("bits", quantizers, [](const Q& q) { return q.bits; }),
       column<bool>("symmetric", quantizers, [](const Q& q) { return q.symmetric; }),
       column<std::string>("granularity", quantizers, [](const Q& q) { return q.granularity; }),
       column<std::string>("range_estimator", quantizers,
                           [](const Q& q) { return q.range_estimator; })});

  std::vector<int64_t> owner, channel;
  std::vector<float> scale, zero_point;
  for (std::size_t i = 0; i < quantizers.size(); ++i) {
    const QuantizerRecord& quantizer = quantizers[i];
    for (std::size_t c = 0; c < quantizer.scale.size(); ++c) {
      owner.push_back(static_cast<int64_t>(i));
      channel.push_back(static_cast<int64_t>(c));
    }
    scale.insert(scale.end(), quantizer.scale.begin(), quantizer.scale.end());
    zero_point.insert(zero_point.end(), quantizer.zero_point.begin(), quantizer.zero_point.end());
  }
  hdf5::write_table(group, "ranges",
                    {{"quantizer", std::move(owner)},
                     {"channel", std::move(channel)},
                     {"scale", std::move(scale)},
                     {"zero_point", std::move(zero_point)}});
}

QuantizerKind quantizer_kind(const std::string& name, const std::string& where) {
  for (const QuantizerKind kind : {QuantizerKind::kWeight, QuantizerKind::kActivation}) {
    if (name == quantizer_kind_name(kind)) return kind;
  }
  throw ResultsError(fmt::format("{}: unknown kind of quantizer '{}'", where, name));
}

std::vector<QuantizerRecord> read_quantizers(const Group& group) {
  const Table table = hdf5::read_table(group, "quantizers");
  const std::string where = group.location() + ", quantizers";
  std::vector<QuantizerRecord> quantizers(table.rows());
  for (std::size_t i = 0; i < quantizers.size(); ++i) {
    QuantizerRecord& quantizer = quantizers[i];
    quantizer.name = table.column<std::string>("name")[i];
    quantizer.unit = table.column<std::string>("unit")[i];
    quantizer.kind = quantizer_kind(table.column<std::string>("kind")[i], where);
    quantizer.bits = table.column<int64_t>("bits")[i];
    quantizer.symmetric = table.column<bool>("symmetric")[i];
    quantizer.granularity = table.column<std::string>("granularity")[i];
    quantizer.range_estimator = table.column<std::string>("range_estimator")[i];
  }
  const Table ranges = hdf5::read_table(group, "ranges");
  const auto& owners = ranges.column<int64_t>("quantizer");
  const auto& scale = ranges.column<float>("scale");
  const auto& zero_point = ranges.column<float>("zero_point");
  for (std::size_t i = 0; i < ranges.rows(); ++i) {
    QuantizerRecord& quantizer =
        quantizers[checked_index(owners[i], quantizers.size(), group.location() + ", ranges")];
    quantizer.scale.push_back(scale[i]);
    quantizer.zero_point.push_back(zero_point[i]);
  }
  return quantizers;
}

template <class T>
void write_map(Group& group, const std::string& name, const std::map<std::string, T>& map) {
  Group inner = group.create_group(name);
  for (const auto& [key, value] : map) inner.write_attribute(key, value);
}

template <class T>
std::map<std::string, T> read_map(const Group& group, const std::string& name) {
  const Group inner = group.open_group(name);
  std::map<std::string, T> map;
  for (const auto& [key, value] : inner.read_attributes()) {
    map[key] = read_attribute_as<T>(inner, key);
  }
  return map;
}

}  // namespace

template <class T>
T read_attribute_as(const Group& group, const std::string& name) {
  hdf5::Scalar value = group.read_attribute(name);
  if (auto* held = std::get_if<T>(&value)) return std::move(*held);
  throw ResultsError(
      fmt::format("{}, attribute '{}' is not of the expected type", group.location(), name));
}

template int64_t read_attribute_as(const Group&, const std::string&);
template double read_attribute_as(const Group&, const std::string&);
template bool read_attribute_as(const Group&, const std::string&);
template std::string read_attribute_as(const Group&, const std::string&);

void write_format(Group& root, const std::string& content) {
  root.write_attribute(kContentAttribute, "ptqbench " + content);
  root.write_attribute(kFormatAttribute, kResultsFormat);
}

void check_format(const Group& root, const std::string& content) {
  if (!root.has_attribute(kContentAttribute) || !root.has_attribute(kFormatAttribute)) {
    throw ResultsError(
        fmt::format("{}: is an HDF5 file, but not one of ptqbench's", root.location()));
  }
  const auto version = read_attribute_as<int64_t>(root, kFormatAttribute);
  if (version != kResultsFormat) {
    throw ResultsError(fmt::format("{}: written by format {}, this program reads {}",
                                   root.location(), version, kResultsFormat));
  }
  const auto held = read_attribute_as<std::string>(root, kContentAttribute);
  if (held != "ptqbench " + content) {
    throw ResultsError(
        fmt::format("{}: holds '{}', expected 'ptqbench {}'", root.location(), held, content));
  }
}

void write_cell(Group& group, const CellRecord& record) {
  check_record(record, group.location());
  group.write_attribute("fingerprint", record.fingerprint);
  group.write_attribute("status", std::string(status_name(record.status)));
  group.write_attribute("failed_stage", record.failed_stage);
  group.write_attribute("failure_reason", record.failure_reason);
  group.write_attribute("task", record.task);
  group.write_attribute("dataset", record.dataset);
  group.write_attribute("model", record.model);
  group.write_attribute("method", record.method);
  group.write_attribute("bits", bits_label(record.bits));
  group.write_attribute("weight_bits", record.bits.weights);
  group.write_attribute("activation_bits", record.bits.activations);
  group.write_attribute("embedding_bits", record.bits.embeddings);
  group.write_attribute("seed", record.seed);
  group.write_attribute("metric_name", record.metric_name);
  group.write_attribute("higher_is_better", record.higher_is_better);
  group.write_attribute("metric", record.metric);
  group.write_attribute("full_precision_metric", record.full_precision_metric);
  group.write_attribute("seconds", record.seconds);
  group.write_attribute("host", record.host);
  group.write_attribute("device", record.device);
  group.write_attribute("rank", record.rank);
  group.write_attribute("threads", record.threads);
  group.write_attribute("memory_bytes", record.memory_bytes);
  group.write_attribute("started_at", record.started_at);
  group.write_attribute("attempt", record.attempt);
  write_map(group, "further_metrics", record.further_metrics);
  write_map(group, "stage_seconds", record.stage_seconds);
  write_map(group, "provenance", record.provenance);
  Group settings = group.create_group("settings");
  for (const auto& [key, value] : record.settings) settings.write_attribute(key, value);
  group.write_integers("calibration_ids", record.calibration_ids);
  write_units(group, record.units);
  write_report(group, record);
  write_quantizers(group, record.quantizers);
}

CellStatus read_cell_status(const Group& group) {
  const auto name = read_attribute_as<std::string>(group, "status");
  for (const CellStatus status : {CellStatus::kFinished, CellStatus::kFailed}) {
    if (name == status_name(status)) return status;
  }
  throw ResultsError(fmt::format("{}: unknown status '{}'", group.location(), name));
}

CellRecord read_cell_summary(const Group& group) {
  const auto text = [&](const char* name) { return read_attribute_as<std::string>(group, name); };
  const auto integer = [&](const char* name) { return read_attribute_as<int64_t>(group, name); };
  const auto number = [&](const char* name) { return read_attribute_as<double>(group, name); };
  CellRecord record;
  record.fingerprint = text("fingerprint");
  record.status = read_cell_status(group);
  record.failed_stage = text("failed_stage");
  record.failure_reason = text("failure_reason");
  record.task = text("task");
  record.dataset = text("dataset");
  record.model = text("model");
  record.method = text("method");
  record.bits = {integer("weight_bits"), integer("activation_bits"),
                 group.has_attribute("embedding_bits") ? integer("embedding_bits") : 0};
  record.seed = integer("seed");
  record.metric_name = text("metric_name");
  record.higher_is_better = read_attribute_as<bool>(group, "higher_is_better");
  record.metric = number("metric");
  record.full_precision_metric = number("full_precision_metric");
  record.seconds = number("seconds");
  record.host = text("host");
  record.device = text("device");
  record.rank = integer("rank");
  record.threads = integer("threads");
  record.memory_bytes = integer("memory_bytes");
  record.started_at = text("started_at");
  record.attempt = integer("attempt");
  record.further_metrics = read_map<double>(group, "further_metrics");
  record.stage_seconds = read_map<double>(group, "stage_seconds");
  record.provenance = read_map<std::string>(group, "provenance");
  record.settings = group.open_group("settings").read_attributes();
  read_report(group, record);
  return record;
}

CellRecord read_cell(const Group& group) {
  CellRecord record = read_cell_summary(group);
  record.calibration_ids = group.read_integers("calibration_ids");
  record.units = read_units(group);
  record.quantizers = read_quantizers(group);
  return record;
}

}  // namespace ptqbench
