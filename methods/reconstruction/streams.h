#pragma once

#include "methods/nn/unit_graph.h"
#include "methods/reconstruction/stream_storage.h"
#include "methods/reconstruction/unit_data.h"

namespace ptqbench {

/// Samples that go through a unit at a time: 32, and fewer of those that are large, such as a
/// detector's pictures. `elements`: of one sample's inputs of the unit.
int64_t stream_chunk(int64_t elements);

/// Calibration samples on their way through the model: the values at the present cut of the graph,
/// for all samples. Pushing it forward unit by unit makes the cost of feeding every unit linear in
/// depth.
class Stream {
 public:
  /// At the model's inputs, [S, ...] each. `model` must outlive the stream.
  Stream(const UnitGraph& model, const Tensors& inputs);

  /// What `unit` reads, [S, ...] each. Precondition: all units before it have been pushed through.
  Tensors inputs(const Unit& unit) const;
  /// Takes what `unit` wrote and releases the values that no later unit reads.
  void push(const Unit& unit, const Tensors& outputs);

 private:
  const UnitGraph& model_;
  Tensors values_;
  /// The last node that reads each value.
  std::vector<size_t> last_reader_;
};

/// Puts what the full-precision network chose (UnitGraph::mark_choice) in the place of what the
/// quantized one did; both as in unit.outputs.
void share_choices(const UnitGraph& model, const Unit& unit, const Tensors& full_precision,
                   Tensors& quantized);

/// Runs `unit` on all samples ([S, ...] each), a few at a time, without gradient. The outputs come
/// from `storage`.
Tensors run_unit(const UnitGraph& model, const Unit& unit, const Tensors& inputs, Pass& pass,
                 StreamStorage& storage);

/// Reconstruction error (see reconstruction_error) of what the unit makes of its quantized inputs,
/// over the real positions of all samples of the group, summed over outputs; the outputs are not
/// kept.
double unit_error(const UnitGraph& model, const Unit& unit, const UnitData& data, Pass& pass,
                  double norm, DeviceGroup& group);

/// The same for outputs that are at hand.
double outputs_error(const Tensors& outputs, const UnitData& data, double norm, DeviceGroup& group);

}  // namespace ptqbench
