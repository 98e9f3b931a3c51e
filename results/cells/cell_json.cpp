#include "results/cells/cell_json.h"

#include <cmath>

namespace ptqbench {

using Json = nlohmann::ordered_json;

Json json_number(double value) { return std::isfinite(value) ? Json(value) : Json(); }

namespace {

Json numbers(const std::map<std::string, double>& values) {
  Json json = Json::object();
  for (const auto& [key, value] : values) json[key] = json_number(value);
  return json;
}

Json settings_json(const CellRecord& record) {
  Json json = Json::object();
  for (const auto& [key, value] : record.settings)
    json[key] = std::visit([](const auto& held) { return Json(held); }, value);
  return json;
}

}  // namespace

Json cell_json(const CellRecord& record) {
  return {{"fingerprint", record.fingerprint},
          {"task", record.task},
          {"dataset", record.dataset},
          {"model", record.model},
          {"bits", bits_label(record.bits)},
          {"weight_bits", record.bits.weights},
          {"activation_bits", record.bits.activations},
          {"embedding_bits", record.bits.embeddings},
          {"method", record.method},
          {"seed", record.seed},
          {"registered_model", registered_model(record)},
          {"registered_method", registered_method(record)},
          {"status", status_name(record.status)},
          {"failed_stage", record.failed_stage},
          {"failure_reason", record.failure_reason},
          {"metric_name", record.metric_name},
          {"higher_is_better", record.higher_is_better},
          {"metric", json_number(record.metric)},
          {"full_precision_metric", json_number(record.full_precision_metric)},
          {"further_metrics", numbers(record.further_metrics)},
          {"seconds", record.seconds},
          {"stage_seconds", numbers(record.stage_seconds)},
          {"memory_bytes", record.memory_bytes},
          {"host", record.host},
          {"device", record.device},
          {"rank", record.rank},
          {"threads", record.threads},
          {"started_at", record.started_at},
          {"attempt", record.attempt},
          {"settings", settings_json(record)},
          {"provenance", record.provenance}};
}

}  // namespace ptqbench
