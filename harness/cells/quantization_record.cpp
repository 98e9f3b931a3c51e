#include "harness/cells/quantization_record.h"

#include <torch/types.h>

namespace ptqbench {
namespace {

std::vector<float> floats(const at::Tensor& tensor) {
  const auto flat = tensor.cpu().contiguous();
  return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

template <class Site>
void add_quantizer(const Site& site, const Unit& unit, QuantizerKind kind,
                   const MethodSettings& settings, std::vector<QuantizerRecord>& records) {
  if (!site.quantizer) return;
  const bool weight = kind == QuantizerKind::kWeight;
  QuantizerRecord record;
  record.name = site.name;
  record.unit = unit.name;
  record.kind = kind;
  record.bits = site.bits;
  record.symmetric = weight ? settings.weight_symmetric : settings.activation_symmetric;
  record.granularity = weight && settings.weight_per_channel ? "channel" : "tensor";
  record.range_estimator = weight ? settings.weight_range : settings.activation_range;
  record.scale = floats(site.quantizer->scale);
  record.zero_point = floats(site.quantizer->zero_point);
  records.push_back(std::move(record));
}

}  // namespace

UnitRecord unit_record(const UnitReport& report) {
  UnitRecord record;
  record.name = report.unit;
  record.phase = report.phase;
  record.kind = report.kind;
  record.block = report.block;
  record.iterations = report.curve.iteration.empty() ? 0 : report.curve.iteration.back() + 1;
  record.seconds = report.seconds;
  record.error_before = report.error_before;
  record.error_after = report.error_after;
  record.weights = report.weights;
  record.flipped_weights = report.flipped_weights;
  for (size_t i = 0; i < report.curve.iteration.size(); ++i) {
    const double reconstruction = report.curve.reconstruction[i];
    const double rounding = report.curve.rounding[i];
    record.loss_curve.push_back(
        {report.curve.iteration[i], reconstruction + rounding, reconstruction, rounding});
  }
  return record;
}

std::vector<QuantizerRecord> quantizer_records(const UnitGraph& model,
                                               const MethodSettings& settings) {
  std::vector<QuantizerRecord> records;
  for (const Unit& unit : model.units(Granularity::kBlock)) {
    for (const auto* site : weight_sites(model, unit)) {
      add_quantizer(*site, unit, QuantizerKind::kWeight, settings, records);
    }
    for (const auto* site : activation_sites(model, unit)) {
      add_quantizer(*site, unit, QuantizerKind::kActivation, settings, records);
    }
  }
  return records;
}

}  // namespace ptqbench
