#include "tasks/models/onnx/onnx_layer.h"

#include <fmt/format.h>
#include <torch/types.h>

#include <algorithm>

#include "tasks/models/onnx/layer_kind.h"
#include "tasks/models/onnx/operator.h"

namespace ptqbench::onnx {
namespace {

/// Where the bias of a weighted node stands among its inputs.
constexpr size_t kBiasInput = 2;

bool is_bias(const LayerStep& step, size_t input) {
  return input == kBiasInput && step.arguments.size() > 1 &&
         step.arguments[1].kind == Argument::Kind::kWeight;
}

}  // namespace

OnnxLayer::OnnxLayer(LayerDef layer) : layer_(std::move(layer)) {
  if (layer_.weight.defined()) {
    weight_.emplace();
    weight_->name = layer_.name + ".weight";
    weight_->role = layer_.role;
    weight_->value = layer_.weight;
    // The site has it from here on.
    layer_.weight = at::Tensor();
  }
  const auto nonlinearity = layer_.steps.back().nonlinearity;
  if (weight_ || layer_.quantize_output || nonlinearity != Nonlinearity::kNone) {
    output_.emplace();
    output_->name = layer_.name;
    output_->nonlinearity = nonlinearity;
    output_->quantizable = layer_.quantize_output;
  }
}

int64_t OnnxLayer::samples_of(const Tensors& inputs) const {
  if (!layer_.batch) return 0;
  const auto& source = *layer_.batch;
  return (inputs.at(source.input).size(source.axis) - source.size.fixed) / source.size.per_sample;
}

Tensors OnnxLayer::arguments(const LayerStep& step, const Tensors& values, int64_t samples,
                             Pass& pass) const {
  Tensors all;
  for (const auto& argument : step.arguments) {
    switch (argument.kind) {
      case Argument::Kind::kNone:
        all.emplace_back();
        break;
      case Argument::Kind::kValue:
        all.push_back(values[argument.index]);
        break;
      case Argument::Kind::kConstant:
        all.push_back(layer_.constants[argument.index].for_batch(samples));
        break;
      case Argument::Kind::kWeight:
        all.push_back(pass.weight(*weight_));
        break;
    }
  }
  return all;
}

Tensors OnnxLayer::forward(const Tensors& inputs, Pass& pass) const {
  const int64_t samples = samples_of(inputs);
  Tensors values = inputs;
  for (size_t s = 0; s < layer_.steps.size(); ++s) {
    const LayerStep& step = layer_.steps[s];
    const auto given = arguments(step, values, samples, pass);
    const bool last = s + 1 == layer_.steps.size();
    // A sum and what follows it are one pass over memory.
    const bool sum =
        step.node.op == "Add" && step.node.domain.empty() && given[0].sizes() == given[1].sizes();
    if (last && output_ && sum) return {pass.activation(*output_, {given[0], given[1]})};
    auto outputs = evaluate(step.node, given, layer_.opset);
    if (last && output_) return {pass.activation(*output_, {outputs[0]})};
    if (last) return outputs;
    outputs[0] = apply_nonlinearity(step.nonlinearity, outputs[0]);
    outputs.resize(step.node.outputs.size());
    values.insert(values.end(), outputs.begin(), outputs.end());
  }
  return values;
}

std::string OnnxLayer::kind() const {
  return layer_kind(layer_, weight_ ? weight_->value : at::Tensor());
}

std::vector<WeightSite*> OnnxLayer::weight_sites() {
  if (!weight_) return {};
  return {&*weight_};
}

std::vector<ActivationSite*> OnnxLayer::activation_sites() {
  if (!output_) return {};
  return {&*output_};
}

std::vector<NamedTensor> OnnxLayer::parameters() const {
  std::vector<NamedTensor> all;
  if (weight_) all.push_back({weight_->name, weight_->value});
  for (const auto& step : layer_.steps) {
    for (size_t i = 0; i < step.arguments.size(); ++i) {
      const auto& argument = step.arguments[i];
      if (argument.kind != Argument::Kind::kConstant || layer_.on_host[argument.index]) continue;
      const auto& value = layer_.constants[argument.index].value;
      if (!value.is_floating_point()) continue;
      const auto name = is_bias(step, i) ? "bias" : fmt::format("constant{}", argument.index);
      all.push_back({fmt::format("{}.{}", layer_.name, name), value});
    }
  }
  return all;
}

void OnnxLayer::move_to(const at::Device& device) {
  if (weight_) weight_->move_to(device);
  if (output_) output_->move_to(device);
  for (size_t i = 0; i < layer_.constants.size(); ++i) {
    if (layer_.on_host[i]) continue;
    ptqbench::move_to(layer_.constants[i].value, device);
    ptqbench::move_to(layer_.constants[i].growth, device);
  }
}

}  // namespace ptqbench::onnx
