#include "tasks/models/onnx/build_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "tasks/models/onnx/layer_kind.h"
#include "tasks/models/onnx/onnx_layer.h"
#include "tasks/models/onnx/operator.h"
#include "tasks/models/onnx/scopes.h"

namespace ptqbench::onnx {
namespace {

using Group = std::vector<size_t>;

/// Gives every step the number of the last step of its layer.
class Grouping {
 public:
  Grouping(const Network& network, const std::vector<Step>& steps,
           const std::vector<std::string>& blocks, const std::set<std::string>& quantized)
      : network_(network), steps_(steps), blocks_(blocks), quantized_(quantized) {
    for (size_t n = 0; n < steps.size(); ++n) {
      for (const auto& input : steps[n].node.inputs) readers_[input].push_back(n);
    }
  }

  /// In the order of execution.
  std::vector<Group> groups() const {
    std::vector<size_t> layer_of(steps_.size());
    for (size_t n = steps_.size(); n > 0; --n) layer_of[n - 1] = layer(n - 1, layer_of);
    std::map<size_t, Group> groups;
    for (size_t n = 0; n < steps_.size(); ++n) groups[layer_of[n]].push_back(n);
    std::vector<Group> all;
    for (auto& [last, group] : groups) all.push_back(std::move(group));
    return all;
  }

 private:
  bool is_weighted(size_t n) const { return network_.weight_input(steps_[n].node) >= 0; }

  size_t layer(size_t n, const std::vector<size_t>& layer_of) const {
    if (is_weighted(n)) return n;
    size_t reader = n;
    for (const auto& output : steps_[n].node.outputs) {
      if (quantized_.count(output) != 0 || network_.is_output(output)) return n;
      const auto found = readers_.find(output);
      if (found == readers_.end()) continue;
      for (const size_t each : found->second) {
        if (reader != n && layer_of[each] != reader) return n;
        reader = layer_of[each];
      }
    }
    const bool joins = reader != n && !is_weighted(reader) && blocks_[reader] == blocks_[n];
    return joins ? reader : n;
  }

  const Network& network_;
  const std::vector<Step>& steps_;
  const std::vector<std::string>& blocks_;
  const std::set<std::string>& quantized_;
  std::map<std::string, std::vector<size_t>> readers_;
};

/// The definition of one layer, and which values it reads.
class LayerBuilder {
 public:
  LayerBuilder(const Network& network, const std::string& name) : network_(network) {
    layer_.name = name;
    layer_.opset = network.opset;
  }

  void read_outside(const Group& group, const std::vector<Step>& steps) {
    std::set<std::string> own;
    for (const size_t n : group) {
      for (const auto& input : steps[n].node.inputs) {
        const bool outside = !input.empty() && !network_.is_constant(input) &&
                             own.count(input) == 0 && places_.count(input) == 0;
        if (!outside) continue;
        places_[input] = inputs_.size();
        inputs_.push_back(input);
      }
      own.insert(steps[n].node.outputs.begin(), steps[n].node.outputs.end());
    }
    layer_.inputs = inputs_.size();
    values_ = inputs_.size();
  }

  void add(const Step& step) {
    LayerStep resolved{step.node, step.nonlinearity, {}};
    const int weight = network_.weight_input(step.node);
    for (size_t i = 0; i < step.node.inputs.size(); ++i)
      resolved.arguments.push_back(argument(step.node, i, static_cast<int>(i) == weight));
    for (const auto& output : step.node.outputs) places_[output] = values_++;
    layer_.steps.push_back(std::move(resolved));
  }

  LayerDef finish(bool quantize_output) {
    layer_.quantize_output = quantize_output;
    const auto& constants = layer_.constants;
    if (std::any_of(constants.begin(), constants.end(),
                    [](const Constant& constant) { return constant.depends_on_batch(); }))
      layer_.batch = batch_source();
    return std::move(layer_);
  }

  const std::vector<std::string>& inputs() const { return inputs_; }

 private:
  Argument argument(const NodeDef& node, size_t input, bool is_weight) {
    const auto& name = node.inputs[input];
    if (name.empty()) return {};
    if (!network_.is_constant(name)) return {Argument::Kind::kValue, places_.at(name)};
    const auto& constant = network_.constants.at(name);
    if (is_weight) {
      layer_.weight = constant.value.clone();
      layer_.role = node.op == "Gather" ? WeightRole::kEmbedding : WeightRole::kProduct;
      return {Argument::Kind::kWeight, 0};
    }
    const auto& host = find_operator(node)->host_inputs;
    layer_.on_host.push_back(std::find(host.begin(), host.end(), input) != host.end());
    layer_.constants.push_back(constant);
    return {Argument::Kind::kConstant, layer_.constants.size() - 1};
  }

  std::optional<BatchSource> batch_source() const {
    for (size_t i = 0; i < inputs_.size(); ++i) {
      const auto& sizes = network_.shapes.at(inputs_[i]).sizes;
      for (size_t d = 0; d < sizes.size(); ++d) {
        if (sizes[d].per_sample != 0) return BatchSource{i, static_cast<int64_t>(d), sizes[d]};
      }
    }
    throw std::logic_error("layer '" + layer_.name + "' has no input that tells the batch");
  }

  const Network& network_;
  LayerDef layer_;
  std::vector<std::string> inputs_;
  std::map<std::string, size_t> places_;
  size_t values_ = 0;
};

/// Names of the layers: the module where it is the layer's alone, else the module and what the
/// layer does; counted where that is not enough.
class Names {
 public:
  Names(const std::vector<Group>& groups, const std::vector<Step>& steps) {
    for (const auto& group : groups) {
      for (auto scope = scope_of(steps[group.back()].node); !scope.empty();
           scope = parent_scope(scope))
        ++layers_in_[scope];
    }
  }

  std::string name(const Step& step) {
    const auto scope = scope_of(step.node);
    const bool alone = !scope.empty() && layers_in_[scope] == 1;
    const auto act = lower(step.node.op);
    auto name = alone ? scope : scope.empty() ? act : scope + "." + act;
    for (int number = 2; !used_.insert(name).second; ++number)
      name = fmt::format("{}_{}", alone ? scope : scope.empty() ? act : scope + "." + act, number);
    return name;
  }

 private:
  static std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
  }

  std::map<std::string, int> layers_in_;
  std::set<std::string> used_;
};

}  // namespace

UnitGraph build_graph(const Network& network, const std::vector<Step>& steps,
                      const std::vector<std::string>& blocks,
                      const std::set<std::string>& quantized) {
  UnitGraph graph;
  std::map<std::string, ValueId> values;
  for (const auto& input : network.inputs) values[input] = graph.add_input(input);
  const auto groups = Grouping(network, steps, blocks, quantized).groups();
  Names names(groups, steps);
  for (const auto& group : groups) {
    const Step& last = steps[group.back()];
    const auto name = names.name(last);
    LayerBuilder builder(network, name);
    builder.read_outside(group, steps);
    for (const size_t n : group) builder.add(steps[n]);
    const bool quantize = quantized.count(last.node.outputs[0]) != 0;
    std::vector<ValueId> inputs;
    for (const auto& input : builder.inputs()) inputs.push_back(values.at(input));
    const auto outputs =
        graph.add(name, blocks[group.back()], std::make_shared<OnnxLayer>(builder.finish(quantize)),
                  inputs, last.node.outputs.size());
    for (size_t i = 0; i < outputs.size(); ++i) values[last.node.outputs[i]] = outputs[i];
  }
  std::vector<ValueId> outputs;
  for (const auto& output : network.outputs) outputs.push_back(values.at(output));
  graph.set_outputs(outputs);
  return graph;
}

}  // namespace ptqbench::onnx
