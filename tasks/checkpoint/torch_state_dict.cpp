#include "tasks/checkpoint/torch_state_dict.h"

#include <fmt/format.h>
#include <torch/types.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "tasks/checkpoint/tensor_bytes.h"

namespace ptqbench {

namespace {

using Kind = PickleValue::Kind;

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
      "collections.OrderedDict", "collections.Counter", "collections.defaultdict",
      "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2",
      "torch._utils._rebuild_tensor_v3", "torch._utils._rebuild_parameter",
      "torch._utils._rebuild_parameter_with_state", "torch._tensor._rebuild_from_type_v2",
      "torch.Size",
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

/// The call that makes a tensor, without those around it that make it a parameter or give it a
/// class and attributes; null: the value is no tensor.
struct TensorCall {
  const std::string* function = nullptr;
  const std::vector<const PickleValue*>* arguments = nullptr;
};

std::optional<TensorCall> tensor_call(const PickleValue& value) {
  const PickleValue* inner = &value;
  if ((value.is_call("torch._utils._rebuild_parameter") ||
       value.is_call("torch._utils._rebuild_parameter_with_state")) &&
      !value.items.empty()) {
    inner = value.items[0];
  }
  TensorCall call{&inner->text, &inner->items};
  // (function, class, arguments, state)
  if (inner->is_call("torch._tensor._rebuild_from_type_v2") && inner->items.size() >= 3 &&
      inner->items[0]->is(Kind::kGlobal) && inner->items[2]->is(Kind::kTuple)) {
    call = {&inner->items[0]->text, &inner->items[2]->items};
  } else if (!inner->is(Kind::kCall)) {
    return std::nullopt;
  }
  static const std::set<std::string> functions = {"torch._utils._rebuild_tensor",
                                                  "torch._utils._rebuild_tensor_v2",
                                                  "torch._utils._rebuild_tensor_v3"};
  if (functions.count(*call.function) == 0) return std::nullopt;
  return call;
}

bool is_tensor(const PickleValue& value) { return tensor_call(value).has_value(); }

/// Why the tensor's type is not known here; empty: it is. The third version of the function is for
/// types without a storage class of their own.
std::string unknown_type(const PickleValue& value) {
  const auto call = tensor_call(value);
  const auto& arguments = *call->arguments;
  if (*call->function == "torch._utils._rebuild_tensor_v3")
    return arguments.size() > 6 ? in_quotes(arguments[6]->text) : "an unknown type";
  if (arguments.empty() || !arguments[0]->is(Kind::kPersistent)) return "";
  const auto& storage = *arguments[0]->items[0];
  if (storage.items.size() < 2 || !storage.items[1]->is(Kind::kGlobal)) return "";
  const std::string& type = storage.items[1]->text;
  return storage_dtype(type) == nullptr ? in_quotes(type) : "";
}

/// Rebuilds tensors as views of storages, each read when a tensor first needs it.
class TensorBuilder {
 public:
  TensorBuilder(const InputFile& file, std::shared_ptr<const Pickle> pickle,
                StorageReader read_storage)
      : file_(file), pickle_(std::move(pickle)), read_storage_(std::move(read_storage)) {}

  at::Tensor build(const std::string& name, const PickleValue& value) {
    const auto unknown = unknown_type(value);
    if (!unknown.empty()) fail(name, "the type " + unknown + ", which is not known");
    // (storage, offset, sizes, strides, ...)
    const auto& arguments = *tensor_call(value)->arguments;
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
  /// Holds the values that build() is given.
  std::shared_ptr<const Pickle> pickle_;
  StorageReader read_storage_;
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

/// Walks over the dictionaries of a pickle.
class EntryFinder {
 public:
  EntryFinder(const InputFile& file, std::shared_ptr<TensorBuilder> builder)
      : file_(file), builder_(std::move(builder)) {}

  std::vector<CheckpointEntry> find(const PickleValue& root) {
    visit(root, "", 0);
    return std::move(entries_);
  }

 private:
  void visit(const PickleValue& dictionary, const std::string& path, int depth) {
    constexpr int kDeepest = 16;
    if (depth > kDeepest || !visited_.insert(&dictionary).second) return;
    const auto named = named_entries(dictionary);
    add_tensors(named, path);
    for (const auto& [key, value] : named) {
      if (!is_tensor(*value)) visit(*value, path.empty() ? key->text : path + "." + key->text,
                                    depth + 1);
    }
  }

  void add_tensors(const std::vector<Entry>& named, const std::string& path) {
    CheckpointEntry entry{path, {}};
    std::unordered_set<std::string> names;
    for (const auto& [key, value] : named) {
      if (!is_tensor(*value)) continue;
      if (!names.insert(key->text).second)
        file_.fail("has two tensors named " + in_quotes(key->text));
      const auto read = [builder = builder_, name = key->text, tensor = value] {
        return builder->build(name, *tensor);
      };
      entry.tensors.push_back({key->text, read, unknown_type(*value).empty()});
    }
    if (!entry.tensors.empty()) entries_.push_back(std::move(entry));
  }

  const InputFile& file_;
  std::shared_ptr<TensorBuilder> builder_;
  std::vector<CheckpointEntry> entries_;
  std::unordered_set<const PickleValue*> visited_;
};

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

std::vector<CheckpointEntry> state_dict_entries(const InputFile& file,
                                                std::shared_ptr<const Pickle> pickle,
                                                StorageReader read_storage) {
  const PickleValue& root = *pickle->root;
  const auto builder = std::make_shared<TensorBuilder>(file, pickle, std::move(read_storage));
  auto entries = EntryFinder(file, builder).find(root);
  if (!entries.empty()) return entries;
  if (root.is(Kind::kDict) || root.is_call("collections.OrderedDict"))
    file.fail(fmt::format("holds no tensors; {}", kAdvice));
  const bool of_class = root.is(Kind::kCall) && !is_tensor(root);
  file.fail(fmt::format("holds a single object{}; {}",
                        of_class ? " of " + in_quotes(root.text) : "", kAdvice));
}

}  // namespace ptqbench
