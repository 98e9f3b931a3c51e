#include "tasks/models/onnx/tensor_proto.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/types.h>

#include <charconv>
#include <cstring>
#include <map>

#include "support/error.h"
#include "tasks/checkpoint/input_file.h"
#include "tasks/checkpoint/tensor_bytes.h"

namespace ptqbench::onnx {
namespace {

namespace fs = std::filesystem;

/// Fields of TensorProto (onnx.proto).
enum TensorField : protozero::pbf_tag_type {
  kDims = 1,
  kDataType = 2,
  kFloatData = 4,
  kInt32Data = 5,
  kInt64Data = 7,
  kName = 8,
  kRawData = 9,
  kDoubleData = 10,
  kUint64Data = 11,
  kExternalData = 13,
  kDataLocation = 14,
};

constexpr int32_t kExternal = 1;

/// What the message says; numbers that stand in fields of their own are gathered as int64 or
/// double.
struct Content {
  std::string name;
  std::vector<int64_t> sizes;
  int64_t data_type = 0;
  std::vector<int64_t> integers;
  std::vector<double> numbers;
  std::optional<protozero::data_view> raw;
  std::map<std::string, std::string> external;
  bool is_external = false;
};

[[noreturn]] void fail(const Content& content, const std::string& problem) {
  throw IoError(fmt::format("tensor '{}': {}", content.name, problem));
}

/// Repeated numbers are packed or one by one, as the writer liked.
template <class Value, class Range, class One>
void append(protozero::pbf_reader& message, std::vector<Value>& to, Range packed, One one) {
  if (message.wire_type() == protozero::pbf_wire_type::length_delimited) {
    for (const auto value : (message.*packed)()) to.push_back(static_cast<Value>(value));
  } else {
    to.push_back(static_cast<Value>((message.*one)()));
  }
}

std::pair<std::string, std::string> read_entry(protozero::pbf_reader entry) {
  std::pair<std::string, std::string> pair;
  while (entry.next()) {
    if (entry.tag() == 1) {
      pair.first = entry.get_string();
    } else if (entry.tag() == 2) {
      pair.second = entry.get_string();
    } else {
      entry.skip();
    }
  }
  return pair;
}

Content read_content(protozero::pbf_reader message) {
  using Reader = protozero::pbf_reader;
  Content content;
  while (message.next()) {
    switch (message.tag()) {
      case kDims:
        append(message, content.sizes, &Reader::get_packed_int64, &Reader::get_int64);
        break;
      case kDataType:
        content.data_type = message.get_int32();
        break;
      case kFloatData:
        append(message, content.numbers, &Reader::get_packed_float, &Reader::get_float);
        break;
      case kDoubleData:
        append(message, content.numbers, &Reader::get_packed_double, &Reader::get_double);
        break;
      case kInt32Data:
        append(message, content.integers, &Reader::get_packed_int32, &Reader::get_int32);
        break;
      case kInt64Data:
        append(message, content.integers, &Reader::get_packed_int64, &Reader::get_int64);
        break;
      case kUint64Data:
        append(message, content.integers, &Reader::get_packed_uint64, &Reader::get_uint64);
        break;
      case kName:
        content.name = message.get_string();
        break;
      case kRawData:
        content.raw = message.get_view();
        break;
      case kExternalData:
        content.external.insert(read_entry(message.get_message()));
        break;
      case kDataLocation:
        content.is_external = message.get_enum() == kExternal;
        break;
      default:
        message.skip();
    }
  }
  return content;
}

uint64_t external_number(const Content& content, const std::string& key, uint64_t otherwise) {
  const auto found = content.external.find(key);
  if (found == content.external.end()) return otherwise;
  const std::string& text = found->second;
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size())
    fail(content, fmt::format("external_data's {} is no number: {}", key, in_quotes(text)));
  return number;
}

/// The path below the folder. Links are followed before the look at where it leads.
fs::path external_path(const Content& content, const ExternalFiles& files) {
  const auto found = content.external.find("location");
  if (found == content.external.end() || found->second.empty())
    fail(content, "its data are external, but no location is given");
  const fs::path location = found->second;
  std::error_code error;
  const auto folder = fs::weakly_canonical(files.folder, error);
  const auto path = fs::weakly_canonical(files.folder / location, error);
  const auto below = path.lexically_relative(folder);
  if (location.is_absolute() || below.empty() || *below.begin() == "..") {
    fail(content, fmt::format("its data are to be in {}, outside of the model's folder {}",
                              in_quotes(found->second), in_quotes(folder.string())));
  }
  return path;
}

at::Tensor read_external(const Content& content, at::ScalarType type, uint64_t bytes,
                         ExternalFiles& files) {
  const InputFile file(external_path(content, files));
  const uint64_t offset = external_number(content, "offset", 0);
  const uint64_t length = external_number(content, "length", bytes);
  if (length != bytes) {
    fail(content, fmt::format("{} bytes of external data do not fit its shape, which takes {}",
                              length, bytes));
  }
  // Before anything is allocated.
  if (offset > file.size() || bytes > file.size() - offset) {
    fail(content, fmt::format("{} ends early: {} bytes expected at byte {}, the file has {}",
                              in_quotes(file.path().string()), bytes, offset, file.size()));
  }
  auto tensor = at::empty(content.sizes, type);
  read_elements(file, offset, tensor);
  files.used.insert(content.external.at("location"));
  return tensor;
}

at::Tensor read_raw(const Content& content, at::ScalarType type, uint64_t bytes) {
  if (content.raw->size() != bytes) {
    fail(content,
         fmt::format("{} bytes do not fit its shape, which takes {}", content.raw->size(), bytes));
  }
  auto tensor = at::empty(content.sizes, type);
  if (bytes == 0) return tensor;
  std::memcpy(tensor.data_ptr(), content.raw->data(), bytes);
  // A bool that is neither 0 nor 1 is undefined behaviour wherever it is used.
  if (type == at::kBool) tensor.copy_(tensor.view(at::kByte).ne(0));
  return tensor;
}

template <class Value>
at::Tensor from_values(const Content& content, const std::vector<Value>& values,
                       at::ScalarType type, int64_t count) {
  if (static_cast<int64_t>(values.size()) != count) {
    fail(content,
         fmt::format("{} numbers do not fit its shape, which takes {}", values.size(), count));
  }
  const auto flat = torch::tensor(values);
  // Two-byte floats stand in int32_data as their bits.
  if constexpr (std::is_same_v<Value, int64_t>) {
    if (type == at::kHalf || type == at::kBFloat16)
      return flat.to(at::kShort).view(type).reshape(content.sizes);
  }
  return flat.to(type).reshape(content.sizes);
}

at::Tensor read_values(const Content& content, at::ScalarType type, int64_t count) {
  return content.numbers.empty() ? from_values(content, content.integers, type, count)
                                 : from_values(content, content.numbers, type, count);
}

}  // namespace

std::optional<at::ScalarType> scalar_type(int64_t data_type) {
  // TensorProto.DataType in onnx.proto; uint16, uint32 and uint64 have no type in LibTorch 1.13.
  static const std::map<int64_t, at::ScalarType> kTypes = {
      {1, at::kFloat}, {2, at::kByte}, {3, at::kChar},  {5, at::kShort},   {6, at::kInt},
      {7, at::kLong},  {9, at::kBool}, {10, at::kHalf}, {11, at::kDouble}, {16, at::kBFloat16},
  };
  const auto found = kTypes.find(data_type);
  if (found == kTypes.end()) return std::nullopt;
  return found->second;
}

TensorDef read_tensor(protozero::pbf_reader message, ExternalFiles& files) {
  const Content content = read_content(message);
  const auto type = scalar_type(content.data_type);
  if (!type) {
    fail(content, fmt::format("its data type {} is not supported; expected float, float16, "
                              "bfloat16, double, bool or an integer type of 8 to 64 bits",
                              content.data_type));
  }
  const auto bytes = byte_count(content.sizes, *type);
  if (!bytes)
    fail(content, fmt::format("no tensor has the shape [{}]", fmt::join(content.sizes, ", ")));
  at::Tensor value;
  if (content.is_external) {
    value = read_external(content, *type, *bytes, files);
  } else if (content.raw) {
    value = read_raw(content, *type, *bytes);
  } else {
    value = read_values(content, *type, static_cast<int64_t>(*bytes / at::elementSize(*type)));
  }
  if (*type == at::kHalf || *type == at::kBFloat16) value = value.to(at::kFloat);
  return {content.name, value};
}

}  // namespace ptqbench::onnx
