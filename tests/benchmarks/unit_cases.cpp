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

/// The two ResNet-18 blocks: channels and size of a map.
struct BasicBlock {
  const char* name;
  int64_t channels;
  int64_t size;
};
constexpr BasicBlock kResnet18Blocks[] = {{"resnet18.layer1.0", 64, 56},
                                          {"resnet18.layer3.1", 256, 14}};

UnitGraph basic_block_model(const BasicBlock& block) {
  UnitGraph graph;
  Conv2dOptions first;
  first.in_channels = block.channels;
  first.out_channels = block.channels;
  first.kernel = 3;
  first.padding = 1;
  first.bias = true;
  first.nonlinearity = Nonlinearity::kRelu;
  Conv2dOptions second = first;
  second.nonlinearity = Nonlinearity::kNone;
  second.quantize_output = false;
  const auto x = graph.add_input("x");
  auto y = graph.add("conv1", block.name, std::make_shared<QuantConv2d>("conv1", first), {x});
  y = graph.add("conv2", block.name, std::make_shared<QuantConv2d>("conv2", second), {y});
  y = graph.add("add", block.name, std::make_shared<Add>("add", Nonlinearity::kRelu, true), {y, x});
  graph.set_outputs({y});
  return graph;
}

/// The model, and inputs at its beginning.
std::pair<UnitGraph, at::Tensor> model_and_input(const std::string& name) {
  for (const auto& block : kResnet18Blocks) {
    if (name == block.name) {
      return {basic_block_model(block),
              at::relu(at::randn({kSamples, block.channels, block.size, block.size}))};
    }
  }
  return {make_image_classifier("resnet20", 10), at::randn({kSamples, 3, 32, 32})};
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

std::vector<BareConvolution> convolutions_of(const UnitGraph& model, const Unit& unit,
                                             const Tensors& inputs) {
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
    bare.input = arguments[0].contiguous();
    bare.weight = conv->weight_sites()[0]->value.contiguous();
    bare.bias = at::zeros({bare.weight.size(0)});
    bare.grad_output = at::randn_like(output).contiguous();
    bare.needs_input_gradient =
        std::find(unit.inputs.begin(), unit.inputs.end(), node.inputs[0]) == unit.inputs.end();
    all.push_back(std::move(bare));
  }
  return all;
}

}  // namespace

std::vector<std::string> unit_case_names() {
  std::vector<std::string> names;
  for (const Unit& unit : make_image_classifier("resnet20", 10).units(Granularity::kBlock)) {
    if (unit.has_weights) names.push_back(unit.name);
  }
  for (const auto& block : kResnet18Blocks) names.emplace_back(block.name);
  return names;
}

UnitCase make_unit_case(const std::string& name, int64_t iterations) {
  at::manual_seed(1);
  const torch::NoGradGuard no_grad;
  UnitCase made;
  at::Tensor input;
  std::tie(made.model, input) = model_and_input(name);
  made.name = name;
  made.model.fold_batch_norm();
  input = input.contiguous(at::MemoryFormat::ChannelsLast);
  made.settings.iterations = iterations;
  made.settings.batch_size = kBatch;
  // What ranges are does not matter here, and these are found at once.
  made.settings.weight_range = made.settings.activation_range = "min_max";
  assign_bits(made.model, {4, 4}, {"qdrop"});
  calibrate_weights(made.model, made.settings);
  calibrate_activations(made.model, made.settings, RangeSource::kFullPrecision, {input});
  made.phase = make_recipe("qdrop", made.settings).phases.at(0);
  const auto units = made.model.units(Granularity::kBlock);
  made.data = collect(made.model, units, name, input);
  made.unit = *std::find_if(units.begin(), units.end(),
                            [&](const Unit& unit) { return unit.name == name; });
  made.convolutions = convolutions_of(made.model, made.unit, made.data.full_precision_inputs);
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
