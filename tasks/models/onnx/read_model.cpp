#include "tasks/models/onnx/read_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <protozero/pbf_reader.hpp>
#include <set>

#include "support/error.h"
#include "tasks/checkpoint/content_hash.h"
#include "tasks/checkpoint/input_file.h"
#include "tasks/models/onnx/tensor_proto.h"

namespace ptqbench::onnx {
namespace {

using protozero::pbf_reader;

/// A message's fields, for those who look at some of them.
template <class Visit>
void for_each_field(pbf_reader message, Visit visit) {
  while (message.next()) {
    if (!visit(message)) message.skip();
  }
}

std::pair<std::string, std::string> read_entry(const pbf_reader& entry) {
  std::pair<std::string, std::string> pair;
  for_each_field(entry, [&](pbf_reader& field) {
    if (field.tag() == 1) return pair.first = field.get_string(), true;
    if (field.tag() == 2) return pair.second = field.get_string(), true;
    return false;
  });
  return pair;
}

Attribute::Kind attribute_kind(int32_t type) {
  // AttributeProto.AttributeType.
  switch (type) {
    case 1:
      return Attribute::Kind::kFloat;
    case 2:
      return Attribute::Kind::kInt;
    case 3:
      return Attribute::Kind::kString;
    case 4:
      return Attribute::Kind::kTensor;
    case 6:
      return Attribute::Kind::kFloats;
    case 7:
      return Attribute::Kind::kInts;
    case 8:
      return Attribute::Kind::kStrings;
    default:
      return Attribute::Kind::kOther;
  }
}

void append_integers(pbf_reader& field, std::vector<int64_t>& to) {
  if (field.wire_type() != protozero::pbf_wire_type::length_delimited) {
    to.push_back(field.get_int64());
    return;
  }
  for (const int64_t value : field.get_packed_int64()) to.push_back(value);
}

void append_numbers(pbf_reader& field, std::vector<float>& to) {
  if (field.wire_type() != protozero::pbf_wire_type::length_delimited) {
    to.push_back(field.get_float());
    return;
  }
  for (const float value : field.get_packed_float()) to.push_back(value);
}

std::pair<std::string, Attribute> read_attribute(const pbf_reader& message, ExternalFiles& files) {
  std::pair<std::string, Attribute> named;
  Attribute& attribute = named.second;
  for_each_field(message, [&](pbf_reader& field) {
    switch (field.tag()) {
      case 1:
        named.first = field.get_string();
        return true;
      case 2:
        attribute.number = field.get_float();
        return true;
      case 3:
        attribute.integer = field.get_int64();
        return true;
      case 4:
        attribute.text = field.get_string();
        return true;
      case 5:
        attribute.tensor = read_tensor(field.get_message(), files).value;
        return true;
      case 7:
        append_numbers(field, attribute.numbers);
        return true;
      case 8:
        append_integers(field, attribute.integers);
        return true;
      case 9:
        attribute.texts.push_back(field.get_string());
        return true;
      case 20:
        attribute.kind = attribute_kind(field.get_enum());
        return true;
      default:
        return false;
    }
  });
  return named;
}

NodeDef read_node(const pbf_reader& message, ExternalFiles& files) {
  NodeDef node;
  std::vector<pbf_reader> attributes;
  for_each_field(message, [&](pbf_reader& field) {
    switch (field.tag()) {
      case 1:
        node.inputs.push_back(field.get_string());
        return true;
      case 2:
        node.outputs.push_back(field.get_string());
        return true;
      case 3:
        node.name = field.get_string();
        return true;
      case 4:
        node.op = field.get_string();
        return true;
      case 5:
        attributes.push_back(field.get_message());
        return true;
      case 7:
        node.domain = field.get_string();
        return true;
      case 9:
        node.metadata.insert(read_entry(field.get_message()));
        return true;
      default:
        return false;
    }
  });
  if (node.domain == "ai.onnx") node.domain.clear();
  for (const auto& attribute : attributes) {
    try {
      node.attributes.insert(read_attribute(attribute, files));
    } catch (const IoError& error) {
      throw IoError(fmt::format("{}: {}", node.label(), error.what()));
    }
  }
  return node;
}

/// A dimension of TensorShapeProto: a number, or open.
int64_t read_dimension(const pbf_reader& message) {
  int64_t size = -1;
  for_each_field(message, [&](pbf_reader& field) {
    if (field.tag() != 1) return false;
    size = field.get_int64();
    if (size < 0) throw IoError(fmt::format("a dimension of {}", size));
    return true;
  });
  return size;
}

void read_tensor_type(const pbf_reader& message, ValueDef& value) {
  for_each_field(message, [&](pbf_reader& field) {
    if (field.tag() == 1) {
      const int32_t number = field.get_enum();
      const auto type = scalar_type(number);
      if (!type) throw IoError(fmt::format("data type {} is not supported", number));
      value.type = *type;
      return true;
    }
    if (field.tag() != 2) return false;
    value.sizes.emplace();
    for_each_field(field.get_message(), [&](pbf_reader& dimension) {
      if (dimension.tag() != 1) return false;
      value.sizes->push_back(read_dimension(dimension.get_message()));
      return true;
    });
    return true;
  });
}

ValueDef read_value(const pbf_reader& message) {
  ValueDef value;
  std::optional<pbf_reader> type;
  for_each_field(message, [&](pbf_reader& field) {
    if (field.tag() == 1) return value.name = field.get_string(), true;
    if (field.tag() == 2) return type = field.get_message(), true;
    return false;
  });
  bool is_tensor = false;
  try {
    if (type) {
      for_each_field(*type, [&](pbf_reader& field) {
        if (field.tag() != 1) return false;
        is_tensor = true;
        read_tensor_type(field.get_message(), value);
        return true;
      });
    }
  } catch (const IoError& error) {
    throw IoError(fmt::format("value '{}': {}", value.name, error.what()));
  }
  if (!is_tensor) throw IoError(fmt::format("value '{}' is no tensor", value.name));
  return value;
}

void read_graph(const pbf_reader& message, ExternalFiles& files, ModelDef& model) {
  std::vector<ValueDef> inputs;
  for_each_field(message, [&](pbf_reader& field) {
    switch (field.tag()) {
      case 1:
        model.nodes.push_back(read_node(field.get_message(), files));
        return true;
      case 5: {
        auto tensor = read_tensor(field.get_message(), files);
        if (!model.initializers.emplace(tensor.name, tensor.value).second)
          throw IoError(fmt::format("two tensors are called '{}'", tensor.name));
        return true;
      }
      case 11:
        inputs.push_back(read_value(field.get_message()));
        return true;
      case 12:
        model.outputs.push_back(read_value(field.get_message()));
        return true;
      case 15:
        throw IoError("it has sparse tensors, which are not supported");
      default:
        return false;
    }
  });
  for (auto& input : inputs) {
    if (model.initializers.count(input.name) == 0) model.inputs.push_back(std::move(input));
  }
}

void read_opset(const pbf_reader& message, ModelDef& model) {
  std::string domain;
  int64_t version = 0;
  for_each_field(message, [&](pbf_reader& field) {
    if (field.tag() == 1) return domain = field.get_string(), true;
    if (field.tag() == 2) return version = field.get_int64(), true;
    return false;
  });
  if (domain.empty() || domain == "ai.onnx") model.opset = version;
}

ModelDef read_message(const pbf_reader& message, int64_t oldest_opset, ExternalFiles& files) {
  ModelDef model;
  std::optional<pbf_reader> graph;
  for_each_field(message, [&](pbf_reader& field) {
    switch (field.tag()) {
      case 2:
        model.producer = field.get_string();
        return true;
      case 7:
        graph = field.get_message();
        return true;
      case 8:
        read_opset(field.get_message(), model);
        return true;
      case 25:
        throw IoError(
            "it has functions of its own; export it with its operators inlined (in Python: "
            "onnx.inliner.inline_local_functions)");
      default:
        return false;
    }
  });
  if (!graph) throw IoError("it has no graph; is it an ONNX model?");
  if (model.opset < oldest_opset) {
    throw IoError(fmt::format("its operators are of opset {}; expected {} or newer", model.opset,
                              oldest_opset));
  }
  read_graph(*graph, files, model);
  return model;
}

/// Values that stand for themselves at the start: inputs and initializers.
std::set<std::string> given_values(const ModelDef& model) {
  std::set<std::string> given = {""};
  for (const auto& input : model.inputs) {
    if (!given.insert(input.name).second)
      throw IoError(fmt::format("two inputs are called '{}'", input.name));
  }
  for (const auto& [name, tensor] : model.initializers) given.insert(name);
  return given;
}

/// Throws where a value has more than one producer or none.
void check_values(const ModelDef& model) {
  auto known = given_values(model);
  for (const auto& node : model.nodes) {
    for (const auto& output : node.outputs) {
      if (!output.empty() && !known.insert(output).second)
        throw IoError(fmt::format("{}: its output '{}' is there already", node.label(), output));
    }
  }
  for (const auto& node : model.nodes) {
    for (const auto& input : node.inputs) {
      if (known.count(input) == 0)
        throw IoError(fmt::format("{}: nothing produces its input '{}'", node.label(), input));
    }
  }
  for (const auto& output : model.outputs) {
    if (known.count(output.name) == 0)
      throw IoError(fmt::format("nothing produces the output '{}'", output.name));
  }
}

/// Keeps the file's order where it is one of execution, as the specification asks for; else nodes
/// come as early as what they read is there.
void sort_nodes(ModelDef& model) {
  auto known = given_values(model);
  std::vector<NodeDef> sorted;
  std::vector<NodeDef> waiting = std::move(model.nodes);
  const auto ready = [&](const NodeDef& node) {
    return std::all_of(node.inputs.begin(), node.inputs.end(),
                       [&](const std::string& input) { return known.count(input) != 0; });
  };
  while (!waiting.empty()) {
    std::vector<NodeDef> later;
    for (auto& node : waiting) {
      if (!ready(node)) {
        later.push_back(std::move(node));
        continue;
      }
      known.insert(node.outputs.begin(), node.outputs.end());
      sorted.push_back(std::move(node));
    }
    if (later.size() == waiting.size())
      throw IoError(fmt::format("{} is in a cycle", later.front().label()));
    waiting = std::move(later);
  }
  model.nodes = std::move(sorted);
}

/// The whole file: tensors are copied out of it, and nothing is larger than what it holds.
std::string read_bytes(const InputFile& file) {
  std::string bytes(file.size(), '\0');
  file.read(0, bytes.data(), bytes.size());
  return bytes;
}

std::string content_hash(const std::string& bytes, const ExternalFiles& files) {
  auto hash = sha256_text(bytes);
  if (files.used.empty()) return hash;
  std::string text = hash + "\n";
  for (const auto& name : files.used) text += sha256_file(files.folder / name) + "\n";
  return sha256_text(text);
}

}  // namespace

ModelDef read_model(const std::filesystem::path& path, int64_t oldest_opset) {
  const InputFile file(path);
  const std::string bytes = read_bytes(file);
  ExternalFiles files{std::filesystem::absolute(path).parent_path()};
  try {
    auto model = read_message(pbf_reader(bytes), oldest_opset, files);
    check_values(model);
    sort_nodes(model);
    model.content_hash = content_hash(bytes, files);
    return model;
  } catch (const protozero::exception& error) {
    file.fail(fmt::format("is no ONNX model, or is cut short or damaged ({})", error.what()));
  } catch (const IoError& error) {
    file.fail(error.what());
  }
}

at::Tensor read_tensor_file(const std::filesystem::path& path) {
  const InputFile file(path);
  const std::string bytes = read_bytes(file);
  ExternalFiles files{std::filesystem::absolute(path).parent_path()};
  try {
    return read_tensor(pbf_reader(bytes), files).value;
  } catch (const protozero::exception& error) {
    file.fail(fmt::format("is no tensor of ONNX, or is cut short or damaged ({})", error.what()));
  } catch (const IoError& error) {
    file.fail(error.what());
  }
}

}  // namespace ptqbench::onnx
