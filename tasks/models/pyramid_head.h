#pragma once

#include <memory>
#include <string>
#include <vector>

#include "methods/nn/pyramid_layers.h"
#include "tasks/models/feature_map.h"

namespace ptqbench {

/// The last convolution of a head.
struct PyramidHeadOutput {
  std::string name;
  int64_t kernel = 3;
  /// At each position.
  int64_t anchors = 1;
  /// Of each anchor.
  int64_t values = 1;
  double initial_bias = 0;
};

/// Appends the layers of a head that all levels of a pyramid share, as one block.
class PyramidHead {
 public:
  PyramidHead(UnitGraph& graph, std::string name, const std::vector<FeatureMap>& levels);

  /// A 3x3 convolution with ReLU, which keeps the channels; what is added later reads it.
  /// `initial_std` as in PyramidConvOptions.
  void add_hidden(const std::string& name, double initial_std);
  /// A convolution that nothing else in the head reads, marked as a last layer; maps of all levels.
  /// Precondition: there is a hidden one.
  std::vector<ValueId> add_output(const PyramidHeadOutput& output);

 private:
  std::vector<ValueId> add(const std::shared_ptr<PyramidConv>& layer, const std::string& name);

  UnitGraph& graph_;
  std::string name_;
  int64_t channels_;
  std::vector<ValueId> maps_;
  std::shared_ptr<PyramidConv> last_hidden_;
};

}  // namespace ptqbench
