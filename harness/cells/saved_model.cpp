#include "harness/cells/saved_model.h"

#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "harness/config/sweep.h"
#include "harness/plan/names.h"
#include "support/error.h"
#include "tasks/checkpoint/quantized_checkpoint.h"

namespace ptqbench {
namespace {

using Json = nlohmann::json;

Json to_json(const CellRecord& record) {
  Json metrics = {{"name", record.metric_name},
                  {"higher_is_better", record.higher_is_better},
                  {"value", record.metric},
                  {"further", record.further_metrics}};
  return {{"fingerprint", record.fingerprint}, {"data_sha256", record.provenance.at("data_sha256")},
          {"threads", record.threads},         {"device", record.device},
          {"made_with", record.provenance},    {"metrics", metrics}};
}

/// What is no number in JSON is none here, too.
double number(const Json& json) {
  return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
}

void take_record(const Json& json, SavedModel& saved) {
  saved.fingerprint = json.at("fingerprint");
  saved.data_key = json.at("data_sha256");
  saved.threads = json.at("threads");
  saved.device = json.at("device");
  saved.made_with = json.at("made_with").get<std::map<std::string, std::string>>();
  const Json& metrics = json.at("metrics");
  saved.metrics.name = metrics.at("name");
  saved.metrics.higher_is_better = metrics.at("higher_is_better");
  saved.metrics.value = number(metrics.at("value"));
  for (const auto& [name, value] : metrics.at("further").items())
    saved.metrics.further[name] = number(value);
}

}  // namespace

void save_cell_model(const std::filesystem::path& path, const UnitGraph& model, const Cell& cell,
                     const CellRecord& record) {
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  if (error) {
    throw IoError(fmt::format("cannot create the folder {}: {}", path.parent_path().string(),
                              error.message()));
  }
  save_quantized(
      path, model,
      {{"cell", resolved_yaml(sweep_of(cell))},
       {"record", to_json(record).dump(-1, ' ', false, Json::error_handler_t::replace)}});
}

SavedModel read_saved_model(const std::filesystem::path& path) {
  SavedModel saved;
  saved.file = load_checkpoint(path);
  if (!is_quantized(saved.file)) {
    throw IoError(path.string() +
                  ": not a quantized model of ptqbench, as `ptqbench run --save-models` writes");
  }
  std::string cell;
  try {
    cell = saved.file.metadata.at("cell");
    take_record(Json::parse(saved.file.metadata.at("record")), saved);
  } catch (const std::exception& problem) {
    throw IoError(fmt::format("{}: what it says of its cell cannot be read: {}", path.string(),
                              problem.what()));
  }
  const auto sweep = parse_sweep(cell, path.string(), known_names(), {/*check_files=*/false});
  saved.cell = cell_at(sweep, 0);
  return saved;
}

}  // namespace ptqbench
