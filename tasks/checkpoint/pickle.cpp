#include "tasks/checkpoint/pickle.h"

#include <fmt/format.h>

#include <cstring>
#include <unordered_map>

#include "tasks/checkpoint/pickle_opcodes.h"

namespace ptqbench {

namespace {

using Kind = PickleValue::Kind;

constexpr int kNewestProtocol = 5;
constexpr int kOldestProtocol = 2;
constexpr uint64_t kMemoryBudget = uint64_t{1} << 29;
constexpr uint64_t kLongestName = 1024;
constexpr uint64_t kFrameLengthBytes = 8;

/// The stack machine. Every operation is paid for from one memory budget, because an operation of
/// one byte can push an object, and a corrupt file can have any number of them.
class Unpickler {
 public:
  Unpickler(SequentialReader& reader, const std::unordered_set<std::string>& known)
      : reader_(reader), known_(known) {}

  Pickle run() {
    read_protocol();
    for (;;) {
      const auto opcode = static_cast<Opcode>(reader_.byte());
      if (opcode == Opcode::kStop) break;
      charge(sizeof(PickleValue));
      const bool known = load_scalar(opcode) || load_text(opcode) || build_container(opcode) ||
                         use_memo_or_stack(opcode) || make_object(opcode);
      if (!known) fail(fmt::format("has the unsupported opcode 0x{:02x}", int(opcode)));
    }
    pickle_.root = pop();
    return std::move(pickle_);
  }

 private:
  [[noreturn]] void fail(const std::string& problem) const { reader_.fail("pickle " + problem); }

  void read_protocol() {
    if (static_cast<Opcode>(reader_.byte()) != Opcode::kProto) fail("does not start as one");
    const int protocol = reader_.byte();
    if (protocol < kOldestProtocol || protocol > kNewestProtocol) {
      fail(fmt::format("has protocol {}, expected {} to {}", protocol, kOldestProtocol,
                       kNewestProtocol));
    }
  }

  void charge(uint64_t bytes) {
    if (bytes > kMemoryBudget - charged_) fail("is too large: it would take more than 512 MiB");
    charged_ += bytes;
  }

  PickleValue* create(Kind kind) {
    PickleValue* value = &pickle_.objects.emplace_back();
    value->kind = kind;
    return value;
  }

  PickleValue* push(Kind kind) {
    PickleValue* value = create(kind);
    stack_.push_back(value);
    return value;
  }

  // What lies below the last mark belongs to an unfinished container and cannot be taken.
  PickleValue* top() const {
    if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) fail("takes from an empty stack");
    return stack_.back();
  }

  PickleValue* pop() {
    PickleValue* value = top();
    stack_.pop_back();
    return value;
  }

  std::vector<PickleValue*> pop_to_mark() {
    if (marks_.empty()) fail("has no mark where one is needed");
    const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<PickleValue*> values(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    marks_.pop_back();
    return values;
  }

  void push_int(int64_t number) { push(Kind::kInt)->integer = number; }

  void push_long(uint64_t bytes) {
    const std::string digits = read_text(bytes);
    if (bytes > sizeof(int64_t)) {
      push(Kind::kBigInt)->text = digits;
      return;
    }
    const bool negative = bytes > 0 && static_cast<signed char>(digits.back()) < 0;
    uint64_t number = negative ? ~uint64_t{0} : 0;
    std::memcpy(&number, digits.data(), digits.size());
    push_int(static_cast<int64_t>(number));
  }

  // The one big-endian number of the format.
  void push_float() {
    uint64_t bits = 0;
    for (int i = 0; i < 8; ++i) bits = bits << 8 | reader_.byte();
    std::memcpy(&push(Kind::kFloat)->real, &bits, sizeof bits);
  }

  bool load_scalar(Opcode opcode) {
    switch (opcode) {
      case Opcode::kNone:
        push(Kind::kNone);
        return true;
      case Opcode::kNewTrue:
        push(Kind::kBool)->integer = 1;
        return true;
      case Opcode::kNewFalse:
        push(Kind::kBool)->integer = 0;
        return true;
      case Opcode::kBinInt:
        push_int(static_cast<int32_t>(reader_.unsigned_integer(4)));
        return true;
      case Opcode::kBinInt1:
        push_int(reader_.byte());
        return true;
      case Opcode::kBinInt2:
        push_int(static_cast<int64_t>(reader_.unsigned_integer(2)));
        return true;
      case Opcode::kLong1:
        push_long(reader_.byte());
        return true;
      case Opcode::kLong4:
        push_long(reader_.unsigned_integer(4));
        return true;
      case Opcode::kBinFloat:
        push_float();
        return true;
      default:
        return false;
    }
  }

  std::string read_text(uint64_t bytes) {
    charge(bytes);
    return reader_.text(bytes);
  }

  void push_text(Kind kind, int length_bytes) {
    const std::string text = read_text(reader_.unsigned_integer(length_bytes));
    push(kind)->text = text;
  }

  bool load_text(Opcode opcode) {
    switch (opcode) {
      // Python 2 wrote its names as byte strings.
      case Opcode::kShortBinString:
      case Opcode::kShortBinUnicode:
        push_text(Kind::kText, 1);
        return true;
      case Opcode::kBinString:
      case Opcode::kBinUnicode:
        push_text(Kind::kText, 4);
        return true;
      case Opcode::kBinUnicode8:
        push_text(Kind::kText, 8);
        return true;
      case Opcode::kShortBinBytes:
        push_text(Kind::kBytes, 1);
        return true;
      case Opcode::kBinBytes:
        push_text(Kind::kBytes, 4);
        return true;
      case Opcode::kBinBytes8:
      case Opcode::kByteArray8:
        push_text(Kind::kBytes, 8);
        return true;
      default:
        return false;
    }
  }

  void push_items(Kind kind, const std::vector<PickleValue*>& items) {
    push(kind)->items.assign(items.begin(), items.end());
  }

  void push_tuple(size_t size) {
    std::vector<PickleValue*> items(size);
    for (size_t i = size; i > 0; --i) items[i - 1] = pop();
    push_items(Kind::kTuple, items);
  }

  void append(const std::vector<PickleValue*>& items) {
    PickleValue* list = top();
    // What is put into a list of another class is no argument of the call that makes it.
    if (list->is(Kind::kCall)) return;
    if (!list->is(Kind::kList)) fail("appends to something that is not a list");
    list->items.insert(list->items.end(), items.begin(), items.end());
  }

  void set_items(const std::vector<PickleValue*>& items) {
    PickleValue* dict = top();
    if (!dict->is(Kind::kDict) && !dict->is(Kind::kCall)) fail("sets an item of a non-dictionary");
    if (items.size() % 2 != 0) fail("sets an item without a value");
    for (size_t i = 0; i < items.size(); i += 2) dict->entries.emplace_back(items[i], items[i + 1]);
  }

  bool build_container(Opcode opcode) {
    switch (opcode) {
      case Opcode::kEmptyTuple:
        push_tuple(0);
        return true;
      case Opcode::kTuple1:
        push_tuple(1);
        return true;
      case Opcode::kTuple2:
        push_tuple(2);
        return true;
      case Opcode::kTuple3:
        push_tuple(3);
        return true;
      case Opcode::kTuple:
        push_items(Kind::kTuple, pop_to_mark());
        return true;
      case Opcode::kFrozenSet:
        push_items(Kind::kList, pop_to_mark());
        return true;
      case Opcode::kEmptyList:
      case Opcode::kEmptySet:
        push(Kind::kList);
        return true;
      case Opcode::kEmptyDict:
        push(Kind::kDict);
        return true;
      case Opcode::kAppend:
        append({pop()});
        return true;
      case Opcode::kAppends:
      case Opcode::kAddItems:
        append(pop_to_mark());
        return true;
      case Opcode::kSetItem: {
        PickleValue* value = pop();
        PickleValue* key = pop();
        set_items({key, value});
        return true;
      }
      case Opcode::kSetItems:
        set_items(pop_to_mark());
        return true;
      default:
        return false;
    }
  }

  void get(uint64_t index) {
    const auto found = memo_.find(index);
    if (found == memo_.end()) fail(fmt::format("refers to the unknown object {}", index));
    stack_.push_back(found->second);
  }

  bool use_memo_or_stack(Opcode opcode) {
    switch (opcode) {
      case Opcode::kBinGet:
        get(reader_.byte());
        return true;
      case Opcode::kLongBinGet:
        get(reader_.unsigned_integer(4));
        return true;
      case Opcode::kBinPut:
        memo_[reader_.byte()] = top();
        return true;
      case Opcode::kLongBinPut:
        memo_[reader_.unsigned_integer(4)] = top();
        return true;
      case Opcode::kMemoize:
        memo_[memo_.size()] = top();
        return true;
      case Opcode::kMark:
        marks_.push_back(stack_.size());
        return true;
      case Opcode::kPopMark:
        pop_to_mark();
        return true;
      case Opcode::kDup:
        stack_.push_back(top());
        return true;
      case Opcode::kPop:
        // A pickler drops an unfinished tuple with one pop per item and one for the mark.
        if (!marks_.empty() && marks_.back() == stack_.size()) {
          marks_.pop_back();
        } else {
          pop();
        }
        return true;
      case Opcode::kFrame:
        reader_.skip(kFrameLengthBytes);
        return true;
      default:
        return false;
    }
  }

  void push_global(const std::string& module, const std::string& name) {
    if (module.size() > kLongestName || name.size() > kLongestName) fail("has a too long global");
    const std::string global = module + "." + name;
    if (known_.count(global) == 0 && pickle_.foreign_globals.insert(global).second)
      charge(global.size());
    push(Kind::kGlobal)->text = global;
  }

  /// What a call would make, called by its global; of the result of another call by that one's.
  void push_call(const PickleValue* callable, const PickleValue* arguments) {
    const bool made = callable->is(Kind::kCall);
    if ((!callable->is(Kind::kGlobal) && !made) || !arguments->is(Kind::kTuple)) {
      fail("calls something that is not a function");
    }
    PickleValue* call = push(Kind::kCall);
    charge(callable->text.size() + arguments->items.size() * sizeof(void*));
    call->text = made ? "result of " + callable->text : callable->text;
    if (call->text.size() > 2 * kLongestName) fail("has a too long chain of calls");
    call->items = arguments->items;
  }

  bool make_object(Opcode opcode) {
    switch (opcode) {
      case Opcode::kGlobal: {
        const std::string module = reader_.line(kLongestName);
        push_global(module, reader_.line(kLongestName));
        return true;
      }
      case Opcode::kStackGlobal: {
        const PickleValue* name = pop();
        const PickleValue* module = pop();
        if (!name->is(Kind::kText) || !module->is(Kind::kText)) fail("names a global without text");
        push_global(module->text, name->text);
        return true;
      }
      case Opcode::kNewObjEx:
        // Keyword arguments decide nothing of what is read.
        pop();
        [[fallthrough]];
      case Opcode::kReduce:
      case Opcode::kNewObj: {
        const PickleValue* arguments = pop();
        push_call(pop(), arguments);
        return true;
      }
      case Opcode::kBuild:
        pop();
        top();
        return true;
      case Opcode::kBinPersId: {
        const PickleValue* identifier = pop();
        push(Kind::kPersistent)->items = {identifier};
        return true;
      }
      default:
        return false;
    }
  }

  SequentialReader& reader_;
  const std::unordered_set<std::string>& known_;
  Pickle pickle_;
  std::vector<PickleValue*> stack_;
  std::vector<size_t> marks_;
  std::unordered_map<uint64_t, PickleValue*> memo_;
  uint64_t charged_ = 0;
};

}  // namespace

Pickle read_pickle(SequentialReader& reader, const std::unordered_set<std::string>& known) {
  return Unpickler(reader, known).run();
}

}  // namespace ptqbench
