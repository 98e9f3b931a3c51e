#pragma once

#include "methods/nn/unit_graph.h"

namespace ptqbench {

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

/// Runs `unit` on all samples, `chunk` at a time, without gradient.
Tensors run_chunked(const UnitGraph& model, const Unit& unit, const Tensors& inputs, Pass& pass,
                    int64_t chunk);

}  // namespace ptqbench
