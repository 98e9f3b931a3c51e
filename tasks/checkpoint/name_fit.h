#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "methods/nn/named_tensor.h"
#include "tasks/checkpoint/checkpoint.h"

namespace ptqbench {

/// Names of numbers that decide nothing and that files may have or lack: batch norm's count of
/// training steps, the positions 0, 1, 2, ... that Hugging Face's BERT used to store, and the
/// counters of helpers that average weights.
bool decides_nothing(std::string_view name);

/// Parts of a pretrained BERT that a fine-tuned model may carry along without using them.
bool is_left_over(std::string_view name);

/// How the names in a dictionary of a file become a model's.
struct NameFit {
  /// One for each name in the dictionary; empty: to be left out.
  std::vector<std::string> names;
  /// Whether all parameters are there.
  bool fits = false;
  /// How many are.
  size_t present = 0;
  /// What was taken off in front of all names.
  std::string prefix;
  /// More than one: the model is there so many times, under these.
  std::vector<std::string> rival_prefixes;
  /// Names that do not begin with `prefix`, though all parameters do.
  std::vector<std::string> outside;
};

/// Finds the prefix of the dictionary's names under which all parameters are there.
NameFit fit_names(const std::vector<std::string>& stored, const CheckpointOptions& options,
                  const std::vector<NamedTensor>& parameters);

}  // namespace ptqbench
