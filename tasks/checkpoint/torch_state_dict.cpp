#include "tasks/checkpoint/torch_state_dict.h"

#include <fmt/format.h>
#include <torch/types.h>

#include <algorithm>
#include <array>

#include "tasks/checkpoint/tensor_bytes.h"

namespace ptqbench {

namespace {

using Kind = PickleValue::Kind;

constexpr std::array<const char*, 5> kWrappers = {"state_dict", "model_state_dict", "model_state",
                                                  "model", "net"};
constexpr const char* kParallelPrefix = "module.";
constexpr const char* kAdvice =
    "expected a dictionary of tensors, as torch.save(model.state_dict(), ...) writes";

struct StorageType {
  const char* name;
  at::ScalarType dtype;
};
constexpr std::array<StorageType, 14> kStorageTypes = {{
    {"DoubleStorage", at::kDouble},
    {"FloatStorage", at::kFloat},
    {"HalfStorage", at::kHalf},
    {"BFloat16Storage", at::kBFloat16},
    {"LongStorage", at::kLong},
    {"IntStorage", at::kInt},
    {"ShortStorage", at::kShort},
    {"CharStorage", at::kChar},
    {"ByteStorage", at::kByte},
    {"BoolStorage", at::kBool},
    {"storage.TypedStorage", at::kByte},
    {"storage._TypedStorage", at::kByte},
    {"storage.UntypedStorage", at::kByte},
    {"storage._UntypedStorage", at::kByte},
}};

const at::ScalarType* storage_dtype(const std::string& global) {
  for (const auto& type : kStorageTypes) {
    if (global == std::string("torch.") + type.name ||
        global == std::string("torch.cuda.") + type.name) {
      return &type.dtype;
    }
  }
  return nullptr;
}

std::unordered_set<std::string> make_torch_globals() {
  std::unordered_set<std::string> globals = {
      "collections.OrderedDict", "collections.Counter", "torch._utils._rebuild_tensor",
      "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_parameter", "torch.Size",
      "torch.device",
      // numpy scalars, which training scripts keep as 'best_prec1', and the bytes they are made of.
      "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar", "numpy.dtype",
      "_codecs.encode"};
  for (const auto& type : kStorageTypes) {
    globals.insert(std::string("torch.") + type.name);
    globals.insert(std::string("torch.cuda.") + type.name);
  }
  for (const char* dtype : {"float64", "float32", "float16", "bfloat16", "int64", "int32", "int16",
                            "int8", "uint8", "bool"}) {
    globals.insert(std::string("torch.") + dtype);
  }
  return globals;
}

/// A storage as a tensor names it; an older writer may name a part of a storage, which begins at
/// element `offset`.
struct StorageUse {
  TorchStorage storage;
  int64_t offset = 0;
  int64_t elements = 0;
};

// ('storage', type, key, location, elements[, None or (view key, offset, elements)])
StorageUse parse_storage(const InputFile& file, const PickleValue& value) {
  const auto bad = [&]() { file.fail("a tensor's storage is not described as PyTorch does"); };
  if (!value.is(Kind::kPersistent) || !value.items[0]->is(Kind::kTuple)) bad();
  const auto& parts = value.items[0]->items;
  if (parts.size() < 5 || !parts[0]->is(Kind::kText) || parts[0]->text != "storage" ||
      !parts[1]->is(Kind::kGlobal) || !parts[2]->is(Kind::kText) || !parts[4]->is(Kind::kInt)) {
    bad();
  }
  const at::ScalarType* dtype = storage_dtype(parts[1]->text);
  if (dtype == nullptr || parts[4]->integer < 0) bad();
  StorageUse use;
  use.storage = {parts[2]->text, *dtype, parts[4]->integer};
  use.elements = use.storage.elements;
  if (parts.size() > 5 && parts[5]->is(Kind::kTuple)) {
    const auto& view = parts[5]->items;
    if (view.size() != 3 || !view[1]->is(Kind::kInt) || !view[2]->is(Kind::kInt)) bad();
    use.offset = view[1]->integer;
    use.elements = view[2]->integer;
  }
  if (use.offset < 0 || use.offset > use.storage.elements || use.elements < 0 ||
      use.elements > use.storage.elements - use.offset) {
    bad();
  }
  return use;
}

/// Whether every index of a strided view falls into `elements`, with no intermediate overflow.
bool fits_storage(const std::vector<int64_t>& sizes, const std::vector<int64_t>& strides,
                  int64_t offset, int64_t elements) {
  int64_t last = offset;
  bool empty = false;
  for (size_t i = 0; i < sizes.size(); ++i) {
    int64_t reach = 0;
    if (strides[i] < 0) return false;
    empty = empty || sizes[i] == 0;
    if (__builtin_mul_overflow(std::max<int64_t>(sizes[i], 1) - 1, strides[i], &reach) ||
        __builtin_add_overflow(last, reach, &last)) {
      return false;
    }
  }
  return offset >= 0 && (empty ? offset <= elements : last < elements);
}

bool is_tensor(const PickleValue& value) {
  return value.is_call("torch._utils._rebuild_tensor_v2") ||
         value.is_call("torch._utils._rebuild_tensor") ||
         (value.is_call("torch._utils._rebuild_parameter") && !value.items.empty());
}

/// Rebuilds tensors as views of storages, each read when a tensor first needs it.
class TensorBuilder {
 public:
  TensorBuilder(const InputFile& file, const StorageReader& read_storage)
      : file_(file), read_storage_(read_storage) {}

  at::Tensor build(const std::string& name, const PickleValue& value) {
    const PickleValue* tensor = &value;
    if (value.is_call("torch._utils._rebuild_parameter")) tensor = value.items[0];
    if (!is_tensor(*tensor) || tensor->is_call("torch._utils._rebuild_parameter")) {
      fail(name, "a parameter without a tensor");
    }
    // (storage, offset, sizes, strides, ...)
    const auto& arguments = tensor->items;
    if (arguments.size() < 4 || !arguments[1]->is(Kind::kInt)) fail(name, "too few arguments");
    const StorageUse use = parse_storage(file_, *arguments[0]);
    const int64_t offset = arguments[1]->integer;
    const auto sizes = integers(name, *arguments[2]);
    const auto strides = integers(name, *arguments[3]);
    if (sizes.size() != strides.size() || !byte_count(sizes, use.storage.dtype) ||
        !fits_storage(sizes, strides, offset, use.elements)) {
      fail(name, "sizes and strides that do not fit its storage");
    }
    return storage(use.storage).as_strided(sizes, strides, use.offset + offset);
  }

 private:
  [[noreturn]] void fail(const std::string& name, const std::string& what) const {
    file_.fail(fmt::format("tensor {} has {}", in_quotes(name), what));
  }

  std::vector<int64_t> integers(const std::string& name, const PickleValue& value) const {
    const PickleValue* list = &value;
    if (value.is_call("torch.Size") && value.items.size() == 1) list = value.items[0];
    if (!list->is(Kind::kTuple) && !list->is(Kind::kList)) fail(name, "sizes of an unknown kind");
    std::vector<int64_t> numbers;
    for (const PickleValue* item : list->items) {
      if (!item->is(Kind::kInt)) fail(name, "a size that is not a whole number");
      numbers.push_back(item->integer);
    }
    return numbers;
  }

  const at::Tensor& storage(const TorchStorage& wanted) {
    const auto found = storages_.find(wanted.key);
    if (found != storages_.end()) {
      if (found->second.scalar_type() != wanted.dtype || found->second.numel() != wanted.elements) {
        file_.fail("storage " + in_quotes(wanted.key) + " is described in two ways");
      }
      return found->second;
    }
    // Records of a damaged archive may lie over one another; a sound file cannot hold more than its
    // size.
    at::Tensor elements = read_storage_(wanted);
    read_bytes_ += elements.nbytes();
    if (read_bytes_ > file_.size()) file_.fail("has storages that overlap");
    return storages_.emplace(wanted.key, std::move(elements)).first->second;
  }

  const InputFile& file_;
  const StorageReader& read_storage_;
  std::unordered_map<std::string, at::Tensor> storages_;
  uint64_t read_bytes_ = 0;
};

using Entry = std::pair<const PickleValue*, const PickleValue*>;

/// A dictionary's entries whose keys are text. Python 2 pickled an OrderedDict as a call with a
/// list of [key, value].
std::vector<Entry> named_entries(const PickleValue& value) {
  std::vector<Entry> entries = value.entries;
  if (value.is_call("collections.OrderedDict") && value.items.size() == 1) {
    for (const PickleValue* pair : value.items[0]->items) {
      if (pair->items.size() == 2) entries.emplace_back(pair->items[0], pair->items[1]);
    }
  }
  const auto unnamed = [](const Entry& entry) { return !entry.first->is(Kind::kText); };
  entries.erase(std::remove_if(entries.begin(), entries.end(), unnamed), entries.end());
  return entries;
}

bool has_tensors(const PickleValue& dictionary) {
  const auto entries = named_entries(dictionary);
  return std::any_of(entries.begin(), entries.end(),
                     [](const Entry& entry) { return is_tensor(*entry.second); });
}

const PickleValue& unwrap(const InputFile& file, const PickleValue& root) {
  if (!root.is(Kind::kDict) && !root.is_call("collections.OrderedDict")) {
    file.fail(fmt::format("holds a single object; {}", kAdvice));
  }
  const auto entries = named_entries(root);
  for (const char* wrapper : kWrappers) {
    for (const auto& [key, value] : entries) {
      if (key->text == wrapper && has_tensors(*value)) return *value;
    }
  }
  if (!has_tensors(root)) file.fail(fmt::format("holds no tensors; {}", kAdvice));
  return root;
}

void strip_parallel_prefix(std::vector<NamedTensor>& tensors) {
  const std::string prefix = kParallelPrefix;
  const bool everywhere =
      std::all_of(tensors.begin(), tensors.end(), [&](const NamedTensor& tensor) {
        return tensor.name.compare(0, prefix.size(), prefix) == 0;
      });
  if (!everywhere) return;
  for (auto& tensor : tensors) tensor.name.erase(0, prefix.size());
}

}  // namespace

const std::unordered_set<std::string>& torch_globals() {
  static const std::unordered_set<std::string> globals = make_torch_globals();
  return globals;
}

std::unordered_map<std::string, TorchStorage> torch_storages(const InputFile& file,
                                                             const Pickle& pickle) {
  std::unordered_map<std::string, TorchStorage> storages;
  for (const PickleValue& value : pickle.objects) {
    if (!value.is(Kind::kPersistent)) continue;
    const StorageUse use = parse_storage(file, value);
    storages.emplace(use.storage.key, use.storage);
  }
  return storages;
}

std::vector<NamedTensor> state_dict_tensors(const InputFile& file, const Pickle& pickle,
                                            const StorageReader& read_storage) {
  TensorBuilder builder(file, read_storage);
  std::vector<NamedTensor> tensors;
  std::unordered_map<std::string, size_t> positions;
  for (const auto& [key, value] : named_entries(unwrap(file, *pickle.root))) {
    if (!is_tensor(*value)) continue;
    if (!positions.emplace(key->text, tensors.size()).second) {
      file.fail("has two tensors named " + in_quotes(key->text));
    }
    tensors.push_back({key->text, builder.build(key->text, *value)});
  }
  strip_parallel_prefix(tensors);
  return tensors;
}

}  // namespace ptqbench
