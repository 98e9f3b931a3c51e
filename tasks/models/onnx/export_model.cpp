#include "tasks/models/onnx/export_model.h"

#include <fmt/format.h>
#include <torch/types.h>

#include <map>

#include "support/error.h"
#include "tasks/models/onnx/model_writer.h"
#include "tasks/models/onnx/onnx_layer.h"
#include "tasks/models/onnx/operator.h"
#include "tasks/models/onnx/read_model.h"

namespace ptqbench::onnx {
namespace {

/// The first with steps a channel.
constexpr int64_t kOldestExported = 13;
/// The first with integers of four bits.
constexpr int64_t kFourBits = 21;

NodeDef make_node(const std::string& op, const std::vector<std::string>& inputs,
                  const std::string& output) {
  NodeDef node;
  node.op = op;
  node.inputs = inputs;
  node.outputs = {output};
  return node;
}

at::Tensor without_axis(const at::Tensor& one) { return one.numel() == 1 ? one.reshape({}) : one; }

/// Writes the nodes of one layer.
class LayerWriter {
 public:
  LayerWriter(ModelWriter& writer, OnnxLayer& layer, int64_t opset, std::vector<std::string> inputs,
              std::vector<std::string> outputs)
      : writer_(writer),
        layer_(layer),
        definition_(layer.definition()),
        opset_(opset),
        values_(std::move(inputs)),
        outputs_(std::move(outputs)) {}

  void write() {
    for (size_t s = 0; s < definition_.steps.size(); ++s) {
      const LayerStep& step = definition_.steps[s];
      const bool last = s + 1 == definition_.steps.size();
      const auto sites = layer_.activation_sites();
      std::vector<std::string> names;
      for (size_t i = 0; i < step.node.outputs.size(); ++i)
        names.push_back(last && sites.empty() ? outputs_.at(i) : temporary());
      write_step(step, names);
      if (last && !sites.empty()) {
        write_site(*sites[0], names[0]);
      } else {
        names[0] = write_nonlinearity(step.nonlinearity, names[0], "");
      }
      values_.insert(values_.end(), names.begin(), names.end());
    }
  }

 private:
  std::string temporary() { return fmt::format("{}/{}", definition_.name, ++temporaries_); }

  [[noreturn]] void fail(const std::string& problem) const {
    throw ConfigError(fmt::format("layer '{}': {}", definition_.name, problem));
  }

  /// The integers of the weight with its channels on `axis`, dequantized; or the weight as it is.
  std::string write_weight(const at::Tensor& integers_or_values, int64_t axis) {
    const WeightSite& site = *layer_.weight_sites()[0];
    const auto name = site.name;
    if (!site.quantizer) return writer_.add_tensor(name, integers_or_values);
    constexpr int kFour = 4;
    const bool four = site.bits <= kFour && opset_ >= kFourBits;
    const auto add = [&](const std::string& part, const at::Tensor& integers) {
      return four ? writer_.add_four_bit_tensor(name + part, integers)
                  : writer_.add_tensor(name + part, integers);
    };
    const auto type = integers_or_values.scalar_type();
    const auto integers = add(".integers", integers_or_values);
    const auto scale = writer_.add_tensor(name + ".scale", without_axis(site.quantizer->scale));
    const auto zero = add(".zero", without_axis(site.quantizer->zero_point).to(type));
    auto node = make_node("DequantizeLinear", {integers, scale, zero}, name);
    if (site.quantizer->per_channel()) node.attributes["axis"] = integer_attribute(axis);
    return writer_.add_node(std::move(node));
  }

  /// Integers of the quantized weight, or its values; [C_out, ...].
  at::Tensor weight() const {
    const WeightSite& site = *layer_.weight_sites()[0];
    return site.quantizer ? grid_integers(site.quantized, *site.quantizer) : site.value;
  }

  std::string argument(const LayerStep& step, size_t input) {
    const Argument& from = step.arguments[input];
    switch (from.kind) {
      case Argument::Kind::kNone:
        return "";
      case Argument::Kind::kValue:
        return values_.at(from.index);
      case Argument::Kind::kWeight:
        return write_weight(weight(), /*axis=*/0);
      case Argument::Kind::kConstant:
        break;
    }
    const Constant& constant = definition_.constants[from.index];
    if (constant.depends_on_batch()) return write_batch_constant(step, constant);
    return writer_.add_tensor(temporary(), constant.value);
  }

  /// One that grows in one place is the size that Reshape finds itself; one that is repeated is
  /// expanded to the size of an input.
  std::string write_batch_constant(const LayerStep& step, const Constant& constant) {
    if (constant.growth.defined()) {
      const bool one_size = step.node.op == "Reshape" &&
                            constant.growth.ne(0).sum().item<int64_t>() == 1 &&
                            constant.value.ge(0).all().item<bool>();
      if (!one_size) fail(step.node.op + " takes numbers that follow the batch");
      return writer_.add_tensor(
          temporary(),
          at::where(constant.growth.ne(0), at::full_like(constant.value, -1), constant.value));
    }
    const auto& source = *definition_.batch;
    const auto is_batch = [](const BatchNumber& number) {
      return number.fixed == 0 && number.per_sample == 1;
    };
    if (!is_batch(constant.repeats) || !is_batch(source.size))
      fail("a constant is repeated otherwise than once a sample");
    const auto shape = writer_.add_node("Shape", {values_.at(source.input)}, temporary());
    const auto place = writer_.add_tensor(temporary(), torch::tensor({source.axis}, at::kLong));
    const auto samples = writer_.add_node("Gather", {shape, place}, temporary());
    auto before = constant.value.sizes().slice(0, static_cast<size_t>(constant.batch_axis)).vec();
    auto after = constant.value.sizes().slice(static_cast<size_t>(constant.batch_axis) + 1).vec();
    auto join =
        make_node("Concat",
                  {writer_.add_tensor(temporary(), torch::tensor(before, at::kLong)), samples,
                   writer_.add_tensor(temporary(), torch::tensor(after, at::kLong))},
                  temporary());
    join.attributes["axis"] = integer_attribute(0);
    const auto sizes = writer_.add_node(std::move(join));
    const auto value = writer_.add_tensor(temporary(), constant.value);
    return writer_.add_node("Expand", {value, sizes}, temporary());
  }

  void write_step(const LayerStep& step, const std::vector<std::string>& names) {
    if (step.node.domain == "ptqbench" && step.node.op == "Linear")
      return write_linear(step, names);
    if (step.node.domain == "ptqbench") return write_transposed(step, names);
    NodeDef node = step.node;
    node.name.clear();
    node.metadata.clear();
    node.outputs = names;
    for (size_t i = 0; i < step.arguments.size(); ++i) node.inputs[i] = argument(step, i);
    writer_.add_node(std::move(node));
  }

  /// A product with the weight's transpose, whose channels are the last axis.
  void write_linear(const LayerStep& step, const std::vector<std::string>& names) {
    const bool bias = step.arguments.size() > 2;
    const auto matrix = write_weight(weight().t().contiguous(), /*axis=*/1);
    const auto product =
        writer_.add_node("MatMul", {argument(step, 0), matrix}, bias ? temporary() : names[0]);
    if (bias) writer_.add_node("Add", {product, argument(step, 2)}, names[0]);
  }

  void write_transposed(const LayerStep& step, const std::vector<std::string>& names) {
    const int64_t groups = step.node.integer("group", 1);
    const WeightSite& site = *layer_.weight_sites()[0];
    if (groups != 1 && site.quantizer && site.quantizer->per_channel()) {
      fail(
          "a transposed convolution with groups cannot have one step a channel in ONNX; quantize "
          "with weight_per_channel: false");
    }
    NodeDef node = step.node;
    node.domain.clear();
    node.name.clear();
    node.metadata.clear();
    node.outputs = names;
    node.inputs = {argument(step, 0),
                   write_weight(transpose_channels(weight(), groups).contiguous(), /*axis=*/1)};
    if (step.arguments.size() > 2) node.inputs.push_back(argument(step, 2));
    writer_.add_node(std::move(node));
  }

  std::string write_nonlinearity(Nonlinearity nonlinearity, const std::string& value,
                                 const std::string& wanted) {
    const auto output = wanted.empty() ? temporary() : wanted;
    switch (nonlinearity) {
      case Nonlinearity::kNone:
        return value;
      case Nonlinearity::kRelu:
        return writer_.add_node("Relu", {value}, output);
      case Nonlinearity::kRelu6:
        break;
    }
    const auto least = writer_.add_tensor(temporary(), at::scalar_tensor(0, at::kFloat));
    const auto most = writer_.add_tensor(temporary(), at::scalar_tensor(6, at::kFloat));
    return writer_.add_node("Clip", {value, least, most}, output);
  }

  void write_site(const ActivationSite& site, const std::string& value) {
    const bool plain = !site.quantizer;
    auto result = write_nonlinearity(site.nonlinearity, value, plain ? outputs_[0] : "");
    if (plain) {
      if (result != outputs_[0]) writer_.add_node("Identity", {result}, outputs_[0]);
      return;
    }
    constexpr int kEight = 8;
    const auto& quantizer = *site.quantizer;
    const auto type = quantizer.range.minimum < 0 ? at::kChar : at::kByte;
    const auto scale = writer_.add_tensor(temporary(), quantizer.scale.reshape({}));
    const auto zero = writer_.add_tensor(temporary(), quantizer.zero_point.reshape({}).to(type));
    result = writer_.add_node("QuantizeLinear", {result, scale, zero}, temporary());
    if (site.bits < kEight) {
      const auto bound = [&](int64_t number) {
        return writer_.add_tensor(temporary(), at::scalar_tensor(number, type));
      };
      const auto least = bound(quantizer.range.minimum), most = bound(quantizer.range.maximum);
      result = writer_.add_node("Clip", {result, least, most}, temporary());
    }
    writer_.add_node("DequantizeLinear", {result, scale, zero}, outputs_[0]);
  }

  ModelWriter& writer_;
  OnnxLayer& layer_;
  const LayerDef& definition_;
  int64_t opset_;
  /// Names of the layer's inputs, then of what its steps give.
  std::vector<std::string> values_;
  std::vector<std::string> outputs_;
  int temporaries_ = 0;
};

}  // namespace

std::string export_model(const UnitGraph& graph, const std::filesystem::path& original) {
  const auto model = read_model(original);
  if (model.opset < kOldestExported) {
    throw ConfigError(
        fmt::format("'{}' is of opset {}, which has no quantizers with one step a channel; "
                    "expected {} or newer",
                    original.string(), model.opset, kOldestExported));
  }
  std::map<ValueId, std::string> names;
  for (size_t i = 0; i < graph.inputs().size(); ++i)
    names[graph.inputs()[i]] = model.inputs.at(i).name;
  for (size_t i = 0; i < graph.outputs().size(); ++i)
    names[graph.outputs()[i]] = model.outputs.at(i).name;
  ModelWriter writer;
  for (const Node& node : graph.nodes()) {
    auto* layer = dynamic_cast<OnnxLayer*>(node.layer.get());
    if (layer == nullptr)
      throw ConfigError("layer '" + node.name + "' was not imported from an ONNX file");
    std::vector<std::string> inputs, outputs;
    for (const ValueId id : node.inputs) inputs.push_back(names.at(id));
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      const auto own = i == 0 ? node.name : fmt::format("{}:{}", node.name, i);
      outputs.push_back(names.insert({node.outputs[i], own}).first->second);
    }
    LayerWriter(writer, *layer, model.opset, inputs, outputs).write();
  }
  return writer.finish(model.opset, model.inputs, model.outputs);
}

}  // namespace ptqbench::onnx
