#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "methods/nn/layers.h"

namespace ptqbench {

/// A tensor that flows between layers, by number.
using ValueId = int;

/// A layer in its place: what it reads, what it writes, and the block of the published architecture
/// it belongs to.
struct Node {
  std::string name;
  /// Layers of one block share this; "" stands alone.
  std::string block;
  std::shared_ptr<Layer> layer;
  std::vector<ValueId> inputs;
  std::vector<ValueId> outputs;
};

/// What one reconstruction optimises, or a stretch of layers without weights between two such:
/// nodes [first, last) of a graph, the values they read from outside and those that others (or the
/// caller) read from them.
struct Unit {
  std::string name;
  size_t first = 0;
  size_t last = 0;
  std::vector<ValueId> inputs;
  std::vector<ValueId> outputs;
  /// False for a stretch that has nothing to learn.
  bool has_weights = false;
};

enum class Granularity { kLayer, kBlock };

/// A model: layers in the order of execution over named values. Built once; precision is a matter
/// of the Pass.
class UnitGraph {
 public:
  /// Declares an input of the model.
  ValueId add_input(const std::string& name);
  /// Appends a layer with one output. Throws std::logic_error when an input is not yet produced.
  ValueId add(const std::string& name, const std::string& block, std::shared_ptr<Layer> layer,
              const std::vector<ValueId>& inputs);
  /// Appends a layer with so many outputs.
  std::vector<ValueId> add(const std::string& name, const std::string& block,
                           std::shared_ptr<Layer> layer, const std::vector<ValueId>& inputs,
                           size_t outputs);
  /// Declares what the model returns, in this order.
  void set_outputs(const std::vector<ValueId>& outputs) { outputs_ = outputs; }

  /// Gives a value a name to ask for it by.
  void name_value(const std::string& name, ValueId value) { named_values_[name] = value; }
  bool has_named_value(const std::string& name) const { return named_values_.count(name) != 0; }
  /// Throws std::logic_error when there is no value of that name.
  ValueId named_value(const std::string& name) const;

  /// Declares values that are picked and not computed, such as a detector's proposals: two of them
  /// cannot be compared element by element, so the quantized network takes those of the
  /// full-precision one wherever both run side by side.
  void mark_choice(const std::vector<ValueId>& values);
  bool is_choice(ValueId value) const;

  /// Declares the model input that tells which positions of its sequences count, [N, L], 0 or 1;
  /// models without one take no sequences.
  void set_position_mask(ValueId input) { position_mask_ = input; }
  bool has_position_mask() const { return position_mask_ >= 0; }
  /// That input among all `inputs` of the model; undefined where there is none.
  at::Tensor position_mask(const Tensors& inputs) const;

  const std::vector<Node>& nodes() const { return nodes_; }
  const std::vector<ValueId>& inputs() const { return inputs_; }
  const std::vector<ValueId>& outputs() const { return outputs_; }
  int value_count() const { return value_count_; }

  /// Runs the whole model; `inputs` in the order they were declared. A value is released after its
  /// last use.
  Tensors forward(const Tensors& inputs, Pass& pass) const;
  /// Runs nodes [unit.first, unit.last); `inputs` as in unit.inputs, the result as in unit.outputs.
  Tensors forward(const Unit& unit, const Tensors& inputs, Pass& pass) const;
  /// The values `wanted` from those that are `given`, with their tensors; only layers that are
  /// needed for it run. Throws std::logic_error when an input of the model is needed and not given.
  Tensors compute(const std::vector<ValueId>& wanted, const std::vector<ValueId>& given,
                  const Tensors& tensors, Pass& pass) const;

  /// The model cut into units, in the order of execution: every node lies in exactly one.
  std::vector<Unit> units(Granularity granularity) const;

  std::vector<WeightSite*> weight_sites() const;
  std::vector<ActivationSite*> activation_sites() const;
  /// Trainable parameters, then buffers are separate: both under their checkpoint names.
  std::vector<NamedTensor> parameters() const;
  std::vector<NamedTensor> buffers() const;
  void fold_batch_norm();

  /// Moves parameters, buffers and quantizers. Inputs must be on the same device. Throws
  /// std::logic_error where a layer leaves one behind.
  void move_to(const at::Device& device);
  /// Where the parameters are; the CPU without any.
  at::Device device() const;

 private:
  Unit make_unit(size_t first, size_t last, const std::string& name) const;
  /// Those that have to run to get from `given` to `wanted`, in order.
  std::vector<size_t> nodes_between(const std::vector<ValueId>& given,
                                    const std::vector<ValueId>& wanted) const;
  Tensors run(const std::vector<size_t>& nodes, const std::vector<ValueId>& input_ids,
              const Tensors& inputs, const std::vector<ValueId>& output_ids, Pass& pass) const;

  std::vector<Node> nodes_;
  std::vector<ValueId> inputs_;
  std::vector<ValueId> outputs_;
  int value_count_ = 0;
  ValueId position_mask_ = -1;
  std::map<std::string, ValueId> named_values_;
  std::vector<ValueId> choices_;
};

/// The tensors on the device; those that are there are not copied.
Tensors on_device(const Tensors& tensors, const at::Device& device);

/// Weight and activation sites of the nodes of a unit, in the order of execution.
std::vector<WeightSite*> weight_sites(const UnitGraph& graph, const Unit& unit);
std::vector<ActivationSite*> activation_sites(const UnitGraph& graph, const Unit& unit);

/// What a unit is made of: "block", or the kind of its only layer.
std::string unit_kind(const UnitGraph& graph, const Unit& unit);

}  // namespace ptqbench
