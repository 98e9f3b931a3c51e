#include "methods/nn/unit_graph.h"

#include <torch/types.h>

#include <algorithm>
#include <stdexcept>

#include "methods/support/stop_request.h"

namespace ptqbench {
namespace {

bool contains(const std::vector<ValueId>& ids, ValueId id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

}  // namespace

ValueId UnitGraph::add_input(const std::string& /*name*/) {
  inputs_.push_back(value_count_);
  return value_count_++;
}

ValueId UnitGraph::add(const std::string& name, const std::string& block,
                       std::shared_ptr<Layer> layer, const std::vector<ValueId>& inputs) {
  for (const ValueId id : inputs) {
    if (id < 0 || id >= value_count_)
      throw std::logic_error("layer '" + name + "' reads a value nobody has produced");
  }
  nodes_.push_back({name, block, std::move(layer), inputs, {value_count_}});
  return value_count_++;
}

at::Tensor UnitGraph::position_mask(const Tensors& inputs) const {
  for (size_t i = 0; i < inputs_.size(); ++i) {
    if (inputs_[i] == position_mask_) return inputs.at(i);
  }
  return {};
}

Tensors UnitGraph::run(size_t first, size_t last, const std::vector<ValueId>& input_ids,
                       const Tensors& inputs, const std::vector<ValueId>& output_ids,
                       Pass& pass) const {
  if (inputs.size() != input_ids.size())
    throw std::logic_error("wrong number of inputs for this part of the model");
  check_stop();
  std::vector<size_t> last_use(static_cast<size_t>(value_count_), 0);
  for (size_t n = first; n < last; ++n) {
    for (const ValueId id : nodes_[n].inputs) last_use[static_cast<size_t>(id)] = n;
  }
  for (const ValueId id : output_ids) last_use[static_cast<size_t>(id)] = last;

  Tensors values(static_cast<size_t>(value_count_));
  for (size_t i = 0; i < inputs.size(); ++i) values[static_cast<size_t>(input_ids[i])] = inputs[i];
  for (size_t n = first; n < last; ++n) {
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

Tensors UnitGraph::forward(const Tensors& inputs, Pass& pass) const {
  return run(0, nodes_.size(), inputs_, inputs, outputs_, pass);
}

Tensors UnitGraph::forward(const Unit& unit, const Tensors& inputs, Pass& pass) const {
  return run(unit.first, unit.last, unit.inputs, inputs, unit.outputs, pass);
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
