#include "tests/benchmarks/unit_cases.h"

#include <torch/types.h>

#include <algorithm>

#include "methods/nn/bit_policy.h"
#include "methods/recipes/registry.h"
#include "methods/reconstruction/calibrate.h"
#include "methods/reconstruction/streams.h"
#include "tasks/models/registry.h"

namespace ptqbench::benchmarks {
namespace {

constexpr int64_t kSamples = 128;
constexpr int64_t kBatch = 32;
const std::string kResnet18 = "resnet18.";

/// A network whose units are taken, and samples at its beginning.
struct Network {
  UnitGraph model;
  at::Tensor input;
  /// What the names of its units begin with here.
  std::string prefix;
};

/// Few samples are enough to push through ResNet-18; make_unit_case repeats what arrives at the unit.
Network network_of(const std::string& name) {
  if (name.rfind(kResnet18, 0) == 0)
    return {make_image_classifier("resnet18", 1000), at::randn({4, 3, 224, 224}), kResnet18};
  return {make_image_classifier("resnet20", 10), at::randn({kSamples, 3, 32, 32}), ""};
}

/// Units that learn, by their names here.
std::vector<std::string> learning_units(const UnitGraph& model, const std::string& prefix) {
  std::vector<std::string> names;
  for (const Unit& unit : model.units(Granularity::kBlock)) {
    if (unit.has_weights) names.push_back(prefix + unit.name);
  }
  return names;
}

/// The data of the unit called `name`: both streams pushed up to it.
UnitData collect(const UnitGraph& model, const std::vector<Unit>& units, const std::string& name,
                 const at::Tensor& input) {
  Stream quantized(model, {input});
  Stream full_precision(model, {input});
  MemoryStorage storage;
  FullPrecisionPass full_precision_pass;
  QuantizedPass quantized_pass(QuantizedPass::Activations::kQuantized);
  for (const Unit& unit : units) {
    UnitData data{
        quantized.inputs(unit), full_precision.inputs(unit), {}, {}, all_samples(input.size(0))};
    data.targets = run_unit(model, unit, data.full_precision_inputs, full_precision_pass, storage);
    if (unit.name == name) return data;
    quantized.push(unit, run_unit(model, unit, data.quantized_inputs, quantized_pass, storage));
    full_precision.push(unit, data.targets);
  }
  throw std::logic_error("no unit is called " + name);
}

/// Each sample as often as it takes to have kSamples.
void repeat_samples(UnitData& data) {
  for (auto* tensors : {&data.quantized_inputs, &data.full_precision_inputs, &data.targets}) {
    for (auto& tensor : *tensors) {
      std::vector<int64_t> times(static_cast<size_t>(tensor.dim()), 1);
      times[0] = kSamples / tensor.size(0);
      tensor = tensor.repeat(times).contiguous(tensor.suggest_memory_format());
    }
  }
  data.share = all_samples(kSamples);
}

std::vector<BareConvolution> convolutions_of(const UnitGraph& model, const Unit& unit,
                                             const Tensors& inputs, at::MemoryFormat layout) {
  std::vector<BareConvolution> all;
  std::vector<at::Tensor> values(static_cast<size_t>(model.value_count()));
  for (size_t i = 0; i < unit.inputs.size(); ++i)
    values[static_cast<size_t>(unit.inputs[i])] = inputs[i].slice(0, 0, kBatch);
  FullPrecisionPass pass;
  for (size_t n = unit.first; n < unit.last; ++n) {
    const Node& node = model.nodes()[n];
    Tensors arguments;
    for (const ValueId id : node.inputs) arguments.push_back(values[static_cast<size_t>(id)]);
    const auto output = node.layer->forward(arguments, pass).at(0);
    values[static_cast<size_t>(node.outputs[0])] = output;
    const auto conv = std::dynamic_pointer_cast<QuantConv2d>(node.layer);
    if (!conv) continue;
    BareConvolution bare;
    bare.options = conv->options();
    bare.input = arguments[0].contiguous(layout);
    bare.weight = conv->weight_sites()[0]->value.contiguous(layout);
    bare.bias = at::zeros({bare.weight.size(0)}, bare.weight.options());
    bare.grad_output = at::randn_like(output).contiguous(layout);
    bare.needs_input_gradient =
        std::find(unit.inputs.begin(), unit.inputs.end(), node.inputs[0]) == unit.inputs.end();
    all.push_back(std::move(bare));
  }
  return all;
}

}  // namespace

std::vector<std::string> unit_case_names() {
  auto names = learning_units(make_image_classifier("resnet20", 10), "");
  const auto more = learning_units(make_image_classifier("resnet18", 1000), kResnet18);
  names.insert(names.end(), more.begin(), more.end());
  return names;
}

UnitCase make_unit_case(const std::string& name, int64_t iterations, const at::Device& device,
                        at::MemoryFormat layout) {
  at::manual_seed(1);
  const torch::NoGradGuard no_grad;
  auto network = network_of(name);
  const std::string unit_name = name.substr(network.prefix.size());
  UnitCase made;
  made.model = std::move(network.model);
  made.name = name;
  made.model.fold_batch_norm();
  made.model.move_to(device);
  const auto input = network.input.to(device).contiguous(at::MemoryFormat::ChannelsLast);
  made.settings.iterations = iterations;
  made.settings.batch_size = kBatch;
  // What ranges are does not matter here, and these are found at once.
  made.settings.weight_range = made.settings.activation_range = "min_max";
  assign_bits(made.model, {4, 4}, {"qdrop"});
  calibrate_weights(made.model, made.settings);
  calibrate_activations(made.model, made.settings, RangeSource::kFullPrecision, {input});
  made.phase = make_recipe("qdrop", made.settings).phases.at(0);
  const auto units = made.model.units(Granularity::kBlock);
  made.data = collect(made.model, units, unit_name, input);
  repeat_samples(made.data);
  made.unit = *std::find_if(units.begin(), units.end(),
                            [&](const Unit& unit) { return unit.name == unit_name; });
  made.convolutions =
      convolutions_of(made.model, made.unit, made.data.full_precision_inputs, layout);
  return made;
}

void run_bare(const std::vector<BareConvolution>& convolutions) {
  const torch::NoGradGuard no_grad;
  for (const auto& c : convolutions) {
    const auto& o = c.options;
    const std::vector<int64_t> stride(2, o.stride), padding(2, o.padding), dilation(2, 1);
    at::conv2d(c.input, c.weight, c.bias, stride, padding, dilation, o.groups);
    at::convolution_backward(c.grad_output, c.input, c.weight, c.bias.sizes(), stride, padding,
                             dilation, /*transposed=*/false, {0, 0}, o.groups,
                             {c.needs_input_gradient, true, false});
  }
}

}  // namespace ptqbench::benchmarks
