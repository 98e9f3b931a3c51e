#pragma once

#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "tasks/checkpoint/input_file.h"

namespace ptqbench {

/// One object of a pickle, as plain data. Objects refer to one another by pointer, so that shared
/// and even cyclic structures are held once; whoever walks them bounds the depth.
struct PickleValue {
  enum class Kind {
    kNone,
    kBool,    ///< `integer`
    kInt,     ///< `integer`
    kBigInt,  ///< `text`: little-endian two's complement, more than 8 bytes
    kFloat,   ///< `real`
    kText,    ///< `text`
    kBytes,   ///< `text`
    kList,    ///< `items`; sets too
    kTuple,   ///< `items`
    kDict,    ///< `entries`
    kGlobal,  ///< `text`: "module.name"
    kCall,  ///< `text`: the global called, `items`: its arguments, `entries`: what was put into the
            ///< result
    kPersistent,  ///< `items[0]`: an identifier of something stored outside the pickle
  };

  Kind kind = Kind::kNone;
  int64_t integer = 0;
  double real = 0;
  std::string text;
  std::vector<const PickleValue*> items;
  std::vector<std::pair<const PickleValue*, const PickleValue*>> entries;

  bool is(Kind expected) const { return kind == expected; }
  bool is_call(const char* global) const { return kind == Kind::kCall && text == global; }
};

/// A read pickle: its objects and the one it stands for.
struct Pickle {
  std::deque<PickleValue> objects;
  const PickleValue* root = nullptr;
  /// The globals that the reader did not know, sorted.
  std::set<std::string> foreign_globals;

  Pickle() = default;
  Pickle(Pickle&&) = default;
  Pickle& operator=(Pickle&&) = default;
};

/// Reads one pickle of protocol 2 to 5 (Python's pickletools describes the opcodes) up to its end
/// mark, which may come before the reader's end. Nothing is run: a call is recorded as global and
/// arguments, object state is dropped. Globals other than `known` ("module.name") are foreign; what
/// they would make is recorded in the same way and noted. Memory stays below about half a gigabyte.
/// Throws IoError naming the file and position.
Pickle read_pickle(SequentialReader& reader, const std::unordered_set<std::string>& known);

}  // namespace ptqbench
