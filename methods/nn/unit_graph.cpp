#include "methods/nn/unit_graph.h"

#include <torch/types.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "support/stop_request.h"

namespace ptqbench {
namespace {

bool contains(const std::vector<ValueId>& ids, ValueId id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

std::vector<size_t> node_range(size_t first, size_t last) {
  std::vector<size_t> nodes(last - first);
  std::iota(nodes.begin(), nodes.end(), first);
  return nodes;
}

}  // namespace

ValueId UnitGraph::add_input(const std::string& /*name*/) {
  inputs_.push_back(value_count_);
  return value_count_++;
}

ValueId UnitGraph::add(const std::string& name, const std::string& block,
                       std::shared_ptr<Layer> layer, const std::vector<ValueId>& inputs) {
  return add(name, block, std::move(layer), inputs, 1).front();
}

std::vector<ValueId> UnitGraph::add(const std::string& name, const std::string& block,
                                    std::shared_ptr<Layer> layer,
                                    const std::vector<ValueId>& inputs, size_t outputs) {
  for (const ValueId id : inputs) {
    if (id < 0 || id >= value_count_)
      throw std::logic_error("layer '" + name + "' reads a value nobody has produced");
  }
  std::vector<ValueId> values;
  for (size_t i = 0; i < outputs; ++i) values.push_back(value_count_++);
  nodes_.push_back({name, block, std::move(layer), inputs, values});
  return values;
}

ValueId UnitGraph::named_value(const std::string& name) const {
  const auto found = named_values_.find(name);
  if (found == named_values_.end())
    throw std::logic_error("the model has no value called '" + name + "'");
  return found->second;
}

void UnitGraph::mark_choice(const std::vector<ValueId>& values) {
  choices_.insert(choices_.end(), values.begin(), values.end());
}

bool UnitGraph::is_choice(ValueId value) const { return contains(choices_, value); }

at::Tensor UnitGraph::position_mask(const Tensors& inputs) const {
  for (size_t i = 0; i < inputs_.size(); ++i) {
    if (inputs_[i] == position_mask_) return inputs.at(i);
  }
  return {};
}

Tensors UnitGraph::run(const std::vector<size_t>& nodes, const std::vector<ValueId>& input_ids,
                       const Tensors& inputs, const std::vector<ValueId>& output_ids,
                       Pass& pass) const {
  if (inputs.size() != input_ids.size())
    throw std::logic_error("wrong number of inputs for this part of the model");
  check_stop();
  std::vector<size_t> last_use(static_cast<size_t>(value_count_), 0);
  for (const size_t n : nodes) {
    for (const ValueId id : nodes_[n].inputs) last_use[static_cast<size_t>(id)] = n;
  }
  for (const ValueId id : output_ids) last_use[static_cast<size_t>(id)] = nodes_.size();

  Tensors values(static_cast<size_t>(value_count_));
  for (size_t i = 0; i < inputs.size(); ++i) values[static_cast<size_t>(input_ids[i])] = inputs[i];
  for (const size_t n : nodes) {
    const Node& node = nodes_[n];
    Tensors arguments;
    for (const ValueId id : node.inputs) arguments.push_back(values[static_cast<size_t>(id)]);
    Tensors results = node.layer->forward(arguments, pass);
    for (size_t i = 0; i < node.outputs.size(); ++i)
      values[static_cast<size_t>(node.outputs[i])] = results.at(i);
    for (const ValueId id : node.inputs) {
      if (last_use[static_cast<size_t>(id)] == n) values[static_cast<size_t>(id)] = at::Tensor();
    }
  }
  Tensors outputs;
  for (const ValueId id : output_ids) outputs.push_back(values[static_cast<size_t>(id)]);
  return outputs;
}

std::vector<size_t> UnitGraph::nodes_between(const std::vector<ValueId>& given,
                                             const std::vector<ValueId>& wanted) const {
  std::vector<bool> needed(static_cast<size_t>(value_count_), false);
  const auto need = [&](ValueId id) {
    if (!contains(given, id)) needed[static_cast<size_t>(id)] = true;
  };
  std::for_each(wanted.begin(), wanted.end(), need);
  std::vector<size_t> nodes;
  for (size_t n = nodes_.size(); n-- > 0;) {
    const auto& outputs = nodes_[n].outputs;
    const bool runs = std::any_of(outputs.begin(), outputs.end(),
                                  [&](ValueId id) { return needed[static_cast<size_t>(id)]; });
    if (!runs) continue;
    nodes.push_back(n);
    for (const ValueId id : outputs) needed[static_cast<size_t>(id)] = false;
    std::for_each(nodes_[n].inputs.begin(), nodes_[n].inputs.end(), need);
  }
  if (std::find(needed.begin(), needed.end(), true) != needed.end())
    throw std::logic_error("the wanted values need an input of the model that is not given");
  std::reverse(nodes.begin(), nodes.end());
  return nodes;
}

Tensors UnitGraph::forward(const Tensors& inputs, Pass& pass) const {
  return run(node_range(0, nodes_.size()), inputs_, inputs, outputs_, pass);
}

Tensors UnitGraph::forward(const Unit& unit, const Tensors& inputs, Pass& pass) const {
  return run(node_range(unit.first, unit.last), unit.inputs, inputs, unit.outputs, pass);
}

Tensors UnitGraph::compute(const std::vector<ValueId>& wanted, const std::vector<ValueId>& given,
                           const Tensors& tensors, Pass& pass) const {
  return run(nodes_between(given, wanted), given, tensors, wanted, pass);
}

Unit UnitGraph::make_unit(size_t first, size_t last, const std::string& name) const {
  Unit unit;
  unit.name = name;
  unit.first = first;
  unit.last = last;
  std::vector<ValueId> produced;
  for (size_t n = first; n < last; ++n) {
    unit.has_weights = unit.has_weights || !nodes_[n].layer->weight_sites().empty();
    for (const ValueId id : nodes_[n].inputs) {
      if (!contains(produced, id) && !contains(unit.inputs, id)) unit.inputs.push_back(id);
    }
    produced.insert(produced.end(), nodes_[n].outputs.begin(), nodes_[n].outputs.end());
  }
  for (const ValueId id : produced) {
    bool read_outside = contains(outputs_, id);
    for (size_t n = last; n < nodes_.size() && !read_outside; ++n)
      read_outside = contains(nodes_[n].inputs, id);
    if (read_outside) unit.outputs.push_back(id);
  }
  return unit;
}

std::vector<Unit> UnitGraph::units(Granularity granularity) const {
  std::vector<Unit> all;
  size_t first = 0;
  while (first < nodes_.size()) {
    const Node& node = nodes_[first];
    size_t last = first + 1;
    std::string name = node.name;
    if (granularity == Granularity::kBlock && !node.block.empty()) {
      while (last < nodes_.size() && nodes_[last].block == node.block) ++last;
      name = node.block;
    }
    all.push_back(make_unit(first, last, name));
    first = last;
  }
  return all;
}

std::vector<WeightSite*> UnitGraph::weight_sites() const {
  return ptqbench::weight_sites(*this, make_unit(0, nodes_.size(), ""));
}

std::vector<ActivationSite*> UnitGraph::activation_sites() const {
  return ptqbench::activation_sites(*this, make_unit(0, nodes_.size(), ""));
}

std::vector<NamedTensor> UnitGraph::parameters() const {
  std::vector<NamedTensor> all;
  for (const Node& node : nodes_) {
    for (auto& parameter : node.layer->parameters()) all.push_back(std::move(parameter));
  }
  return all;
}

std::vector<NamedTensor> UnitGraph::buffers() const {
  std::vector<NamedTensor> all;
  for (const Node& node : nodes_) {
    for (auto& buffer : node.layer->buffers()) all.push_back(std::move(buffer));
  }
  return all;
}

void UnitGraph::fold_batch_norm() {
  for (const Node& node : nodes_) node.layer->fold_batch_norm();
}

void UnitGraph::move_to(const at::Device& device) {
  for (const Node& node : nodes_) node.layer->move_to(device);
  auto moved = parameters();
  for (auto& buffer : buffers()) moved.push_back(std::move(buffer));
  for (const auto& [name, value] : moved) {
    if (value.device() != device)
      throw std::logic_error("the layer of '" + name + "' does not move its parameters");
  }
}

at::Device UnitGraph::device() const {
  for (const Node& node : nodes_) {
    const auto parameters = node.layer->parameters();
    if (!parameters.empty()) return parameters.front().value.device();
  }
  return at::kCPU;
}

Tensors on_device(const Tensors& tensors, const at::Device& device) {
  Tensors moved;
  for (const auto& tensor : tensors) moved.push_back(tensor.to(device));
  return moved;
}

std::vector<WeightSite*> weight_sites(const UnitGraph& graph, const Unit& unit) {
  std::vector<WeightSite*> all;
  for (size_t n = unit.first; n < unit.last; ++n) {
    for (WeightSite* site : graph.nodes()[n].layer->weight_sites()) all.push_back(site);
  }
  return all;
}

std::vector<ActivationSite*> activation_sites(const UnitGraph& graph, const Unit& unit) {
  std::vector<ActivationSite*> all;
  for (size_t n = unit.first; n < unit.last; ++n) {
    for (ActivationSite* site : graph.nodes()[n].layer->activation_sites()) all.push_back(site);
  }
  return all;
}

std::string unit_kind(const UnitGraph& graph, const Unit& unit) {
  return unit.last - unit.first > 1 ? "block" : graph.nodes()[unit.first].layer->kind();
}

}  // namespace ptqbench
