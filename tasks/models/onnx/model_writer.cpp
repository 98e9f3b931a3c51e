#include "tasks/models/onnx/model_writer.h"

#include <torch/types.h>

#include <protozero/pbf_writer.hpp>
#include <stdexcept>

namespace ptqbench::onnx {
namespace {

using protozero::pbf_writer;

/// ModelProto.ir_version of ONNX 1.16, the first with integers of four bits.
constexpr int64_t kIrVersion = 10;

// TensorProto.DataType.
constexpr int32_t kUint4 = 21;
constexpr int32_t kInt4 = 22;

template <class Write>
std::string message(Write write) {
  std::string bytes;
  pbf_writer writer(bytes);
  write(writer);
  return bytes;
}

int32_t data_type(at::ScalarType type) {
  switch (type) {
    case at::kFloat:
      return 1;
    case at::kByte:
      return 2;
    case at::kChar:
      return 3;
    case at::kShort:
      return 5;
    case at::kInt:
      return 6;
    case at::kLong:
      return 7;
    case at::kBool:
      return 9;
    case at::kDouble:
      return 11;
    default:
      throw std::logic_error("a tensor of a type that ONNX files do not get");
  }
}

std::string tensor_message(const std::string& name, at::IntArrayRef sizes, int32_t type,
                           const std::string& bytes) {
  return message([&](pbf_writer& w) {
    w.add_packed_int64(1, sizes.begin(), sizes.end());
    w.add_int32(2, type);
    w.add_string(8, name);
    w.add_bytes(9, bytes);
  });
}

std::string tensor_message(const std::string& name, const at::Tensor& value) {
  const auto whole = value.detach().to(at::kCPU).contiguous();
  return tensor_message(name, whole.sizes(), data_type(whole.scalar_type()),
                        std::string(static_cast<const char*>(whole.data_ptr()), whole.nbytes()));
}

void write_value(pbf_writer& w, const Attribute& attribute) {
  // AttributeProto: the value's field, and the number of its type.
  switch (attribute.kind) {
    case Attribute::Kind::kFloat:
      w.add_float(2, attribute.number);
      w.add_enum(20, 1);
      break;
    case Attribute::Kind::kInt:
      w.add_int64(3, attribute.integer);
      w.add_enum(20, 2);
      break;
    case Attribute::Kind::kString:
      w.add_string(4, attribute.text);
      w.add_enum(20, 3);
      break;
    case Attribute::Kind::kTensor:
      w.add_message(5, tensor_message("", attribute.tensor));
      w.add_enum(20, 4);
      break;
    case Attribute::Kind::kFloats:
      for (const float number : attribute.numbers) w.add_float(7, number);
      w.add_enum(20, 6);
      break;
    case Attribute::Kind::kInts:
      for (const int64_t integer : attribute.integers) w.add_int64(8, integer);
      w.add_enum(20, 7);
      break;
    case Attribute::Kind::kStrings:
      for (const auto& text : attribute.texts) w.add_string(9, text);
      w.add_enum(20, 8);
      break;
    case Attribute::Kind::kOther:
      throw std::logic_error("an attribute that cannot be written");
  }
}

std::string node_message(const NodeDef& node) {
  return message([&](pbf_writer& w) {
    for (const auto& input : node.inputs) w.add_string(1, input);
    for (const auto& output : node.outputs) w.add_string(2, output);
    w.add_string(3, node.name);
    w.add_string(4, node.op);
    for (const auto& [name, attribute] : node.attributes) {
      w.add_message(5, message([&, name = name, &attribute = attribute](pbf_writer& a) {
                      a.add_string(1, name);
                      write_value(a, attribute);
                    }));
    }
  });
}

/// Open sizes get names, which is how ONNX says that they are.
std::string value_message(const ValueDef& value) {
  const auto shape = message([&](pbf_writer& s) {
    for (size_t d = 0; value.sizes && d < value.sizes->size(); ++d) {
      s.add_message(1, message([&](pbf_writer& dimension) {
                      const int64_t size = (*value.sizes)[d];
                      if (size >= 0) dimension.add_int64(1, size);
                      if (size < 0) dimension.add_string(2, "size" + std::to_string(d));
                    }));
    }
  });
  const auto type = message([&](pbf_writer& t) {
    t.add_enum(1, data_type(value.type));
    if (value.sizes) t.add_message(2, shape);
  });
  return message([&](pbf_writer& w) {
    w.add_string(1, value.name);
    w.add_message(2, message([&](pbf_writer& t) { t.add_message(1, type); }));
  });
}

}  // namespace

std::string ModelWriter::add_tensor(const std::string& name, const at::Tensor& value) {
  tensors_.push_back(tensor_message(name, value));
  return name;
}

std::string ModelWriter::add_four_bit_tensor(const std::string& name, const at::Tensor& value) {
  const auto flat = value.to(at::kCPU, at::kInt).contiguous().reshape({-1});
  const auto* integers = flat.data_ptr<int32_t>();
  std::string bytes(static_cast<size_t>((flat.numel() + 1) / 2), '\0');
  for (int64_t i = 0; i < flat.numel(); ++i) {
    auto& byte = bytes[static_cast<size_t>(i / 2)];
    const auto half = static_cast<unsigned>(integers[i]) & 0xFU;
    byte = static_cast<char>(static_cast<unsigned char>(byte) | (i % 2 == 0 ? half : half << 4U));
  }
  const int32_t type = value.scalar_type() == at::kChar ? kInt4 : kUint4;
  tensors_.push_back(tensor_message(name, value.sizes(), type, bytes));
  return name;
}

std::string ModelWriter::add_node(NodeDef node) {
  if (node.name.empty()) node.name = node.outputs.at(0);
  nodes_.push_back(std::move(node));
  return nodes_.back().outputs.at(0);
}

std::string ModelWriter::add_node(const std::string& op, const std::vector<std::string>& inputs,
                                  const std::string& output) {
  NodeDef node;
  node.op = op;
  node.inputs = inputs;
  node.outputs = {output};
  return add_node(std::move(node));
}

std::string ModelWriter::finish(int64_t opset, const std::vector<ValueDef>& inputs,
                                const std::vector<ValueDef>& outputs) const {
  const auto graph = message([&](pbf_writer& g) {
    for (const auto& node : nodes_) g.add_message(1, node_message(node));
    g.add_string(2, "ptqbench");
    for (const auto& tensor : tensors_) g.add_message(5, tensor);
    for (const auto& input : inputs) g.add_message(11, value_message(input));
    for (const auto& output : outputs) g.add_message(12, value_message(output));
  });
  return message([&](pbf_writer& w) {
    w.add_int64(1, kIrVersion);
    w.add_string(2, "ptqbench");
    w.add_message(7, graph);
    w.add_message(8, message([&](pbf_writer& o) {
                    o.add_string(1, "");
                    o.add_int64(2, opset);
                  }));
  });
}

Attribute integer_attribute(int64_t value) {
  Attribute attribute;
  attribute.kind = Attribute::Kind::kInt;
  attribute.integer = value;
  return attribute;
}

}  // namespace ptqbench::onnx
