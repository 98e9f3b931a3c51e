#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "methods/nn/layers.h"
#include "tasks/models/onnx/network.h"
#include "tasks/models/onnx/steps.h"

namespace ptqbench::onnx {

/// Where a step's argument comes from.
struct Argument {
  enum class Kind { kNone, kValue, kConstant, kWeight };

  Kind kind = Kind::kNone;
  /// Of the layer's values (its inputs, then what its steps give), or of its constants.
  size_t index = 0;
};

/// A step with its arguments resolved.
struct LayerStep {
  NodeDef node;
  Nonlinearity nonlinearity = Nonlinearity::kNone;
  std::vector<Argument> arguments;
};

/// How to tell the number of samples: a size of one of the layer's inputs.
struct BatchSource {
  size_t input = 0;
  int64_t axis = 0;
  BatchNumber size;
};

struct LayerDef {
  std::string name;
  int64_t opset = 0;
  size_t inputs = 0;
  std::vector<LayerStep> steps;
  std::vector<Constant> constants;
  /// Among the constants those that are read on the host, and stay there.
  std::vector<bool> on_host;
  /// The layer's weight; undefined: none.
  at::Tensor weight;
  WeightRole role = WeightRole::kProduct;
  bool quantize_output = false;
  /// Where a constant depends on the batch.
  std::optional<BatchSource> batch;
};

/// Nodes of an imported network that run together: at most one with a weight, and what the last one
/// gives may pass a non-linearity and a quantizer. Nothing in between is quantized. Inputs and
/// outputs are those of the nodes.
class OnnxLayer : public Layer {
 public:
  explicit OnnxLayer(LayerDef layer);

  Tensors forward(const Tensors& inputs, Pass& pass) const override;
  std::string kind() const override;
  std::vector<WeightSite*> weight_sites() override;
  std::vector<ActivationSite*> activation_sites() override;
  /// `name`.weight, `name`.bias where the weighted node has one, and other constants of the data's
  /// type by number.
  std::vector<NamedTensor> parameters() const override;
  void move_to(const at::Device& device) override;

  const LayerDef& definition() const { return layer_; }

 private:
  Tensors arguments(const LayerStep& step, const Tensors& values, int64_t samples,
                    Pass& pass) const;
  int64_t samples_of(const Tensors& inputs) const;

  LayerDef layer_;
  std::optional<WeightSite> weight_;
  std::optional<ActivationSite> output_;
};

}  // namespace ptqbench::onnx
