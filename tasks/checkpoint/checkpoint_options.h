#pragma once

#include <string>
#include <vector>

namespace ptqbench {

/// What a user says of a checkpoint that does not say it itself.
struct CheckpointOptions {
  /// The dictionary of a file with several that is meant: "state_dict_ema" or "ema.model".
  std::string entry;
  /// Only tensors whose names begin so are taken, without that beginning.
  std::string prefix;
  /// Names of tensors to leave out; `*` stands for anything.
  std::vector<std::string> ignore;
};

}  // namespace ptqbench
