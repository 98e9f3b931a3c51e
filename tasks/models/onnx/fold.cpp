#include "tasks/models/onnx/fold.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/types.h>

#include <algorithm>
#include <set>

#include "support/error.h"
#include "tasks/models/onnx/run_graph.h"

namespace ptqbench::onnx {
namespace {

/// What a run with one number of samples showed.
struct Observation {
  int64_t samples = 0;
  /// Values that need no data.
  std::map<std::string, at::Tensor> known;
  std::map<std::string, std::vector<int64_t>> sizes;
  std::map<std::string, at::ScalarType> types;
};

Tensors zero_inputs(const ModelDef& model, const SampleSizes& sizes, int64_t samples) {
  Tensors inputs;
  for (size_t i = 0; i < sizes.size(); ++i) {
    auto all = sizes[i];
    all.insert(all.begin(), samples);
    inputs.push_back(at::zeros(all, model.inputs[i].type));
  }
  return inputs;
}

Observation observe(const ModelDef& model, const SampleSizes& sizes, int64_t samples) {
  Observation seen;
  seen.samples = samples;
  const auto inputs = zero_inputs(model, sizes, samples);
  for (size_t i = 0; i < inputs.size(); ++i) {
    seen.sizes[model.inputs[i].name] = inputs[i].sizes().vec();
    seen.types[model.inputs[i].name] = inputs[i].scalar_type();
  }
  const auto is_known = [&](const std::string& value) {
    return value.empty() || model.initializers.count(value) != 0 || seen.known.count(value) != 0;
  };
  run_graph(model, inputs, [&](const NodeDef& node, const Tensors& outputs) {
    const bool needs_no_data = node.op == "Shape" || node.op == "Size" ||
                               std::all_of(node.inputs.begin(), node.inputs.end(), is_known);
    for (size_t i = 0; i < outputs.size() && i < node.outputs.size(); ++i) {
      seen.sizes[node.outputs[i]] = outputs[i].sizes().vec();
      seen.types[node.outputs[i]] = outputs[i].scalar_type();
      if (needs_no_data) seen.known[node.outputs[i]] = outputs[i];
    }
  });
  return seen;
}

BatchNumber number_of(int64_t with_two, int64_t with_three) {
  const int64_t each = with_three - with_two;
  return {with_two - 2 * each, each};
}

/// The axis in which sizes differ; -1 where they do in none, -2 in several.
int64_t differing_axis(const at::Tensor& a, const at::Tensor& b) {
  if (a.dim() != b.dim()) return -2;
  int64_t axis = -1;
  for (int64_t d = 0; d < a.dim(); ++d) {
    if (a.size(d) == b.size(d)) continue;
    if (axis >= 0) return -2;
    axis = d;
  }
  return axis;
}

[[noreturn]] void fail_batch(const std::string& value) {
  throw IoError(fmt::format(
      "value '{}' depends on the number of samples in a batch in a way that is not supported",
      value));
}

Constant constant_of(const std::string& name, const at::Tensor& two, const at::Tensor& three) {
  const int64_t axis = differing_axis(two, three);
  if (axis == -1) {
    if (at::equal(two, three)) return {two};
    if (!at::isIntegralType(two.scalar_type(), false)) fail_batch(name);
    const auto growth = three - two;
    return {two - 2 * growth, growth};
  }
  if (axis < 0 || two.size(axis) == 0) fail_batch(name);
  Constant constant;
  constant.value = two.narrow(axis, 0, 1).contiguous();
  constant.batch_axis = axis;
  constant.repeats = number_of(two.size(axis), three.size(axis));
  for (const auto& whole : {two, three}) {
    if (!at::equal(constant.value.expand(whole.sizes()), whole)) fail_batch(name);
  }
  return constant;
}

/// What only hands on: its output is its input.
bool changes_nothing(const NodeDef& node, const Observation& seen) {
  if (node.op == "Identity" || node.op == "Dropout") return true;
  const bool cast = node.op == "Cast" || node.op == "CastLike";
  const auto before = seen.types.find(node.inputs[0]);
  return cast && before != seen.types.end() && before->second == seen.types.at(node.outputs[0]);
}

class Folder {
 public:
  Folder(ModelDef model, const SampleSizes& sizes)
      : model_(std::move(model)),
        sizes_(sizes),
        two_(observe(model_, sizes, 2)),
        three_(observe(model_, sizes, 3)) {}

  Network fold() {
    for (const auto& input : model_.inputs) network_.inputs.push_back(input.name);
    network_.opset = model_.opset;
    for (const auto& node : model_.nodes) add(node);
    for (const auto& output : model_.outputs) add_output(output.name);
    leave_out_unread();
    for (const auto& node : network_.nodes) take_constants(node);
    take_shapes();
    check_with_another_batch();
    return std::move(network_);
  }

 private:
  bool is_known(const std::string& value) const {
    return model_.initializers.count(value) != 0 || two_.known.count(value) != 0;
  }

  std::string source(const std::string& value) const {
    const auto found = same_as_.find(value);
    return found == same_as_.end() ? value : found->second;
  }

  void add(NodeDef node) {
    if (is_known(node.outputs[0])) return;
    if (changes_nothing(node, two_)) {
      same_as_[node.outputs[0]] = source(node.inputs[0]);
      return;
    }
    for (auto& input : node.inputs) input = source(input);
    network_.nodes.push_back(std::move(node));
  }

  void add_output(const std::string& name) {
    const auto value = source(name);
    if (is_known(value) || model_.initializers.count(value) != 0)
      throw IoError(fmt::format("the output '{}' does not depend on the input", name));
    network_.outputs.push_back(value);
  }

  void leave_out_unread() {
    std::set<std::string> read(network_.outputs.begin(), network_.outputs.end());
    std::vector<NodeDef> kept;
    for (auto node = network_.nodes.rbegin(); node != network_.nodes.rend(); ++node) {
      const auto is_read = [&](const std::string& output) { return read.count(output) != 0; };
      if (std::none_of(node->outputs.begin(), node->outputs.end(), is_read)) continue;
      read.insert(node->inputs.begin(), node->inputs.end());
      kept.push_back(std::move(*node));
    }
    network_.nodes.assign(std::make_move_iterator(kept.rbegin()),
                          std::make_move_iterator(kept.rend()));
  }

  void take_constants(const NodeDef& node) {
    for (const auto& input : node.inputs) {
      if (input.empty() || !is_known(input) || network_.is_constant(input)) continue;
      const auto initializer = model_.initializers.find(input);
      network_.constants[input] =
          initializer != model_.initializers.end()
              ? Constant{initializer->second}
              : constant_of(input, two_.known.at(input), three_.known.at(input));
    }
  }

  void take_shape(const std::string& value) {
    const auto& two = two_.sizes.at(value);
    const auto& three = three_.sizes.at(value);
    if (two.size() != three.size()) fail_batch(value);
    ValueShape shape;
    shape.type = two_.types.at(value);
    for (size_t d = 0; d < two.size(); ++d) shape.sizes.push_back(number_of(two[d], three[d]));
    network_.shapes[value] = shape;
  }

  void take_shapes() {
    for (const auto& input : network_.inputs) take_shape(input);
    for (const auto& node : network_.nodes) {
      for (const auto& output : node.outputs) {
        if (two_.sizes.count(output) != 0) take_shape(output);
      }
    }
  }

  /// Two runs fit to any two numbers.
  void check_with_another_batch() const {
    constexpr int64_t kSamples = 5;
    const auto& constants = network_.constants;
    if (std::none_of(constants.begin(), constants.end(),
                     [](const auto& one) { return one.second.depends_on_batch(); }))
      return;
    const auto five = observe(model_, sizes_, kSamples);
    for (const auto& [name, constant] : constants) {
      if (constant.depends_on_batch() &&
          !at::equal(constant.for_batch(kSamples), five.known.at(name)))
        fail_batch(name);
    }
    for (const auto& [name, shape] : network_.shapes) {
      const auto& sizes = five.sizes.at(name);
      for (size_t d = 0; d < sizes.size(); ++d) {
        if (shape.sizes[d].at(kSamples) != sizes[d]) fail_batch(name);
      }
    }
  }

  ModelDef model_;
  const SampleSizes& sizes_;
  Observation two_;
  Observation three_;
  Network network_;
  std::map<std::string, std::string> same_as_;
};

void check_sizes(const ModelDef& model, const SampleSizes& sizes) {
  if (model.inputs.size() != sizes.size()) {
    throw ConfigError(
        fmt::format("it has {} inputs, expected {}", model.inputs.size(), sizes.size()));
  }
  for (size_t i = 0; i < sizes.size(); ++i) {
    const auto& input = model.inputs[i];
    if (!input.sizes) continue;
    bool fits = input.sizes->size() == sizes[i].size() + 1;
    for (size_t d = 0; d < sizes[i].size() && fits; ++d)
      fits = (*input.sizes)[d + 1] < 0 || (*input.sizes)[d + 1] == sizes[i][d];
    if (fits) continue;
    throw ConfigError(
        fmt::format("its input '{}' is [{}] (-1: open), but a sample of the data is [{}]",
                    input.name, fmt::join(*input.sizes, ", "), fmt::join(sizes[i], ", ")));
  }
}

/// The number that the file's batch is fixed to; 0: it is open.
int64_t fixed_batch(const ModelDef& model) {
  int64_t batch = 0;
  for (const auto& input : model.inputs) {
    if (input.sizes && !input.sizes->empty() && input.sizes->front() > 0)
      batch = input.sizes->front();
  }
  return batch;
}

/// Lets Reshape keep the batch where its shape starts with the number that the batch is fixed to.
void open_batch(ModelDef& model, const SampleSizes& sizes, int64_t batch) {
  const auto seen = observe(model, sizes, batch);
  for (size_t n = 0; n < model.nodes.size(); ++n) {
    NodeDef& node = model.nodes[n];
    if (node.op != "Reshape" || seen.sizes.count(node.inputs[0]) == 0) continue;
    const auto initializer = model.initializers.find(node.inputs[1]);
    const auto known = seen.known.find(node.inputs[1]);
    if (initializer == model.initializers.end() && known == seen.known.end()) continue;
    const auto& before = seen.sizes.at(node.inputs[0]);
    auto shape = initializer != model.initializers.end() ? initializer->second : known->second;
    const bool starts_with_batch = !before.empty() && before[0] == batch && shape.numel() > 0 &&
                                   shape.reshape({-1})[0].item<int64_t>() == batch;
    if (!starts_with_batch || node.integer("allowzero", 0) != 0) continue;
    shape = shape.clone();
    shape[0] = 0;
    node.inputs[1] = fmt::format("{}.open{}", node.inputs[1], n);
    model.initializers[node.inputs[1]] = shape;
  }
}

}  // namespace

Network fold(ModelDef model, const SampleSizes& sizes) {
  check_sizes(model, sizes);
  const int64_t batch = fixed_batch(model);
  if (batch == 0) return Folder(std::move(model), sizes).fold();
  open_batch(model, sizes, batch);
  try {
    return Folder(std::move(model), sizes).fold();
  } catch (const IoError& error) {
    throw IoError(fmt::format(
        "{} (its batch is fixed to {}: export it with an open one, in PyTorch with dynamic_shapes)",
        error.what(), batch));
  }
}

}  // namespace ptqbench::onnx
