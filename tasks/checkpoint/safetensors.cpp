#include "tasks/checkpoint/safetensors.h"

#include <fmt/format.h>
#include <torch/types.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <set>

#include "support/atomic_file.h"
#include "support/error.h"
#include "tasks/checkpoint/input_file.h"
#include "tasks/checkpoint/tensor_bytes.h"

namespace ptqbench {

namespace {

using Json = nlohmann::json;

// The bound of the reference implementation.
constexpr uint64_t kLargestHeader = 100'000'000;
constexpr uint64_t kLengthBytes = 8;
constexpr const char* kMetadataKey = "__metadata__";

struct DtypeName {
  const char* name;
  at::ScalarType dtype;
};
constexpr std::array<DtypeName, 10> kDtypes = {{{"F64", at::kDouble},
                                                {"F32", at::kFloat},
                                                {"F16", at::kHalf},
                                                {"BF16", at::kBFloat16},
                                                {"I64", at::kLong},
                                                {"I32", at::kInt},
                                                {"I16", at::kShort},
                                                {"I8", at::kChar},
                                                {"U8", at::kByte},
                                                {"BOOL", at::kBool}}};

std::optional<at::ScalarType> dtype_named(const std::string& name) {
  for (const auto& entry : kDtypes) {
    if (name == entry.name) return entry.dtype;
  }
  return std::nullopt;
}

struct TensorEntry {
  std::string name;
  /// None where it is unknown here.
  std::optional<at::ScalarType> dtype;
  std::string dtype_name;
  std::vector<int64_t> shape;
  uint64_t begin;
  uint64_t end;
};

[[noreturn]] void fail_entry(const InputFile& file, const std::string& name,
                             const std::string& problem) {
  file.fail(fmt::format("safetensors header, tensor {}: {}", in_quotes(name), problem));
}

std::vector<uint64_t> whole_numbers(const InputFile& file, const std::string& name,
                                    const Json& entry, const char* key) {
  const auto found = entry.find(key);
  std::vector<uint64_t> numbers;
  if (found == entry.end() || !found->is_array()) {
    fail_entry(file, name, fmt::format("'{}' should be a list of whole numbers", key));
  }
  for (const auto& number : *found) {
    if (!number.is_number_unsigned() || number.get<uint64_t>() > INT64_MAX) {
      fail_entry(file, name, fmt::format("'{}' should be a list of whole numbers", key));
    }
    numbers.push_back(number.get<uint64_t>());
  }
  return numbers;
}

TensorEntry parse_entry(const InputFile& file, const std::string& name, const Json& entry) {
  const auto type = entry.find("dtype");
  if (type == entry.end() || !type->is_string()) fail_entry(file, name, "'dtype' is missing");
  const auto dtype_name = type->get<std::string>();
  const auto shape = whole_numbers(file, name, entry, "shape");
  const auto range = whole_numbers(file, name, entry, "data_offsets");
  if (range.size() != 2 || range[0] > range[1]) {
    fail_entry(file, name, "'data_offsets' should be [begin, end]");
  }
  TensorEntry parsed{name,     dtype_named(dtype_name),    dtype_name,
                     {shape.begin(), shape.end()}, range[0], range[1]};
  if (!parsed.dtype) return parsed;
  const auto bytes = byte_count(parsed.shape, *parsed.dtype);
  if (!bytes || *bytes != parsed.end - parsed.begin) {
    fail_entry(file, name,
               fmt::format("its shape does not fit its {} bytes", parsed.end - parsed.begin));
  }
  return parsed;
}

// Refuses deep nesting while parsing: the format has two levels and a list, a corrupt header may
// have millions.
bool check_depth(int depth, Json::parse_event_t event, Json&) {
  const bool object = event == Json::parse_event_t::object_start && depth > 1;
  const bool array = event == Json::parse_event_t::array_start && depth != 2;
  if (object || array) throw IoError("unexpected nesting");
  return true;
}

Json read_header(const InputFile& file, uint64_t length) {
  std::string text(length, '\0');
  file.read(kLengthBytes, text.data(), length);
  try {
    Json header = Json::parse(text, check_depth);
    if (header.is_object()) return header;
  } catch (const std::exception& error) {
    file.fail(fmt::format("safetensors header is not valid: {}", in_quotes(error.what())));
  }
  file.fail("safetensors header is not a JSON object");
}

std::map<std::string, std::string> parse_metadata(const InputFile& file, const Json& entry) {
  std::map<std::string, std::string> metadata;
  if (!entry.is_object()) file.fail("safetensors '__metadata__' is not an object");
  for (const auto& [key, value] : entry.items()) {
    if (!value.is_string()) file.fail("safetensors '__metadata__' has a value that is not text");
    metadata[key] = value.get<std::string>();
  }
  return metadata;
}

void check_no_gaps(const InputFile& file, const std::vector<TensorEntry>& entries,
                   uint64_t data_bytes) {
  uint64_t expected = 0;
  for (const auto& entry : entries) {
    if (entry.begin != expected) {
      fail_entry(
          file, entry.name,
          fmt::format("its bytes begin at {}, expected {}: gap or overlap", entry.begin, expected));
    }
    expected = entry.end;
  }
  if (expected != data_bytes) {
    file.fail(fmt::format("safetensors header describes {} bytes of tensors, the file has {}",
                          expected, data_bytes));
  }
}

std::string build_header(const std::vector<NamedTensor>& tensors,
                         const std::map<std::string, std::string>& metadata) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header[kMetadataKey] = metadata;
  uint64_t offset = 0;
  for (const auto& [name, value] : tensors) {
    const auto* dtype = std::find_if(kDtypes.begin(), kDtypes.end(), [&value = value](auto& known) {
      return known.dtype == value.scalar_type();
    });
    if (dtype == kDtypes.end()) {
      throw IoError(fmt::format("tensor {} has dtype {}, which safetensors cannot hold",
                                in_quotes(name), c10::toString(value.scalar_type())));
    }
    const uint64_t end = offset + value.nbytes();
    // push_back: assigning by key would search all earlier names.
    header.push_back({name,
                      {{"dtype", dtype->name},
                       {"shape", value.sizes().vec()},
                       {"data_offsets", {offset, end}}}});
    offset = end;
  }
  std::string text = header.dump();
  text.append((kLengthBytes - text.size() % kLengthBytes) % kLengthBytes, ' ');
  return text;
}

void check_names(const std::vector<NamedTensor>& tensors) {
  std::set<std::string> names = {kMetadataKey};
  for (const auto& tensor : tensors) {
    if (!tensor.value.defined())
      throw IoError("tensor " + in_quotes(tensor.name) + " is undefined");
    if (!names.insert(tensor.name).second) {
      throw IoError("tensor name " + in_quotes(tensor.name) + " is used twice or reserved");
    }
  }
}

}  // namespace

CheckpointContents safetensors_contents(const InputFile& file) {
  SequentialReader start(file, 0, file.size());
  const uint64_t length = start.unsigned_integer(kLengthBytes);
  if (length > kLargestHeader || length > file.size() - kLengthBytes) {
    file.fail(fmt::format("is cut short or corrupt: its safetensors header should have {} bytes",
                          length));
  }
  const Json header = read_header(file, length);

  CheckpointContents contents;
  std::vector<TensorEntry> entries;
  for (const auto& [name, entry] : header.items()) {
    if (name == kMetadataKey) {
      contents.metadata = parse_metadata(file, entry);
    } else if (entry.is_object()) {
      entries.push_back(parse_entry(file, name, entry));
    } else {
      fail_entry(file, name, "should be an object");
    }
  }
  std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
    return std::tie(a.begin, a.end) < std::tie(b.begin, b.end);
  });
  const uint64_t data_begin = kLengthBytes + length;
  check_no_gaps(file, entries, file.size() - data_begin);

  auto& tensors = contents.entries.emplace_back().tensors;
  for (auto& entry : entries) {
    const std::string name = entry.name;
    const bool known = entry.dtype.has_value();
    const auto read = [&file, data_begin, entry = std::move(entry)] {
      if (!entry.dtype)
        fail_entry(file, entry.name, "unsupported dtype " + in_quotes(entry.dtype_name));
      at::Tensor value = torch::empty(entry.shape, *entry.dtype);
      read_elements(file, data_begin + entry.begin, value);
      return value;
    };
    tensors.push_back({name, read, known});
  }
  return contents;
}

Checkpoint read_safetensors(const InputFile& file) {
  const auto contents = safetensors_contents(file);
  Checkpoint checkpoint;
  checkpoint.metadata = contents.metadata;
  for (const auto& tensor : contents.entries.front().tensors)
    checkpoint.tensors.push_back({tensor.name, tensor.read()});
  return checkpoint;
}

void save_safetensors(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
                      const std::map<std::string, std::string>& metadata) {
  check_names(tensors);
  std::vector<NamedTensor> ordered = tensors;
  std::stable_sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) {
    return a.value.element_size() > b.value.element_size();
  });
  std::string header;
  try {
    header = build_header(ordered, metadata);
  } catch (const Json::exception&) {
    throw IoError(
        fmt::format("'{}': a tensor name or metadata text is not valid UTF-8", path.string()));
  }

  AtomicFile file(path);
  const uint64_t length = header.size();
  file.write(&length, kLengthBytes);
  file.write(header.data(), header.size());
  for (const auto& tensor : ordered) {
    const at::Tensor contiguous = tensor.value.detach().cpu().contiguous();
    file.write(contiguous.data_ptr(), contiguous.nbytes());
  }
  file.commit();
}

}  // namespace ptqbench
