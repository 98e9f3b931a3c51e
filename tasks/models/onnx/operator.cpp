#include "tasks/models/onnx/operator.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/types.h>

#include <algorithm>

#include "support/error.h"
#include "support/nearest_name.h"

namespace ptqbench::onnx {
namespace {

using Table = std::map<std::string, Operator>;

const Table& table() {
  static const Table all = [] {
    Table operators;
    for (const auto& kind :
         {arithmetic_operators, activation_operators, comparison_operators, product_operators,
          normalization_operators, pooling_operators, reduction_operators, movement_operators,
          selection_operators, constant_operators, resize_operators, quantization_operators}) {
      for (auto& one : kind()) operators.emplace(one.name, std::move(one));
    }
    return operators;
  }();
  return all;
}

/// LibTorch's messages go on with where in its code they come from.
std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

/// What is not supported about the node; empty: nothing.
std::string unsupported(const NodeDef& node) {
  const auto* found = find_operator(node);
  if (found == nullptr) {
    const auto name = node.domain.empty() ? node.op : node.domain + "." + node.op;
    const auto near = nearest_name(node.op, operator_names());
    return fmt::format("operator '{}' is not supported{}", name,
                       near.empty() ? "" : fmt::format("; near is '{}'", near));
  }
  for (const auto& [name, attribute] : node.attributes) {
    const auto& known = found->attributes;
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return fmt::format("attribute '{}' is not supported{}", name,
                         known.empty() ? "; it has none" : valid_names_hint(name, known));
    }
  }
  if (node.inputs.size() < found->needed_inputs || node.inputs.size() > found->most_inputs) {
    return fmt::format("it has {} inputs, expected {}", node.inputs.size(),
                       found->needed_inputs == found->most_inputs
                           ? fmt::format("{}", found->most_inputs)
                           : fmt::format("{} to {}", found->needed_inputs, found->most_inputs));
  }
  return "";
}

}  // namespace

const at::Tensor& Call::in(size_t input) const {
  if (!has(input)) fail(fmt::format("its input {} is left out", input));
  return inputs[input];
}

std::vector<int64_t> Call::integers(size_t input) const {
  const auto numbers = in(input).to(at::kCPU, at::kLong).contiguous();
  const auto* first = numbers.data_ptr<int64_t>();
  return {first, first + numbers.numel()};
}

double Call::number(size_t input) const {
  if (in(input).numel() != 1) fail(fmt::format("its input {} is not one number", input));
  return in(input).item().toDouble();
}

std::vector<int64_t> Call::axes(size_t input, int64_t dimensions,
                                const std::vector<int64_t>& otherwise) const {
  auto all = has(input) ? integers(input) : node.integers("axes", otherwise);
  for (auto& each : all) each = axis(each, dimensions);
  auto sorted = all;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end())
    fail(fmt::format("an axis comes twice in [{}]", fmt::join(all, ", ")));
  return all;
}

int64_t Call::axis(int64_t axis, int64_t dimensions) const {
  if (axis < -dimensions || axis >= dimensions)
    fail(fmt::format("axis {} of a tensor of {} dimensions", axis, dimensions));
  return axis < 0 ? axis + dimensions : axis;
}

void Call::check_size(at::IntArrayRef sizes) const {
  int64_t elements = 1;
  for (const int64_t size : sizes) {
    if (size < 0) fail(fmt::format("a size of {}", size));
    if (size > 0 && elements > most_elements / size) {
      fail(fmt::format("a tensor of [{}], which is more than {} elements", fmt::join(sizes, ", "),
                       most_elements));
    }
    elements *= std::max<int64_t>(size, 1);
  }
}

void Call::check_broadcast(const at::Tensor& a, const at::Tensor& b) const {
  if (a.sizes() != b.sizes()) check_size(at::infer_size(a.sizes(), b.sizes()));
}

void Call::fail(const std::string& problem) const {
  throw IoError(fmt::format("{}: {}", node.label(), problem));
}

const Operator* find_operator(const NodeDef& node) {
  const auto found = table().find(node.domain.empty() ? node.op : node.domain + "." + node.op);
  return found == table().end() ? nullptr : &found->second;
}

std::vector<std::string> operator_names() {
  std::vector<std::string> names;
  for (const auto& [name, one] : table()) {
    if (name.find('.') == std::string::npos) names.push_back(name);
  }
  return names;
}

Tensors evaluate(const NodeDef& node, const Tensors& inputs, int64_t opset, int64_t most_elements) {
  const auto* found = find_operator(node);
  if (found == nullptr) throw IoError(fmt::format("{}: {}", node.label(), unsupported(node)));
  const Call call{node, inputs, opset, most_elements};
  try {
    return found->evaluate(call);
  } catch (const c10::Error& error) {
    call.fail(first_line(error.what_without_backtrace()));
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    // LibTorch throws these, too, and a size that no memory holds is one.
    call.fail(first_line(error.what()));
  }
}

void check_operators(const ModelDef& model) {
  std::vector<std::string> problems;
  for (const auto& node : model.nodes) {
    const auto problem = unsupported(node);
    if (!problem.empty()) problems.push_back(node.label() + ": " + problem);
  }
  if (problems.empty()) return;
  throw IoError(fmt::format("{} of {} nodes cannot be imported:\n  {}", problems.size(),
                            model.nodes.size(), join(problems, "\n  ")));
}

}  // namespace ptqbench::onnx
