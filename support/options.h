#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "support/error.h"
#include "support/nearest_name.h"

namespace ptqbench {

/// One settable member of a plain options struct: its name in configurations, what it means and
/// what it may hold. A struct lists its fields once (`static const std::vector<Field<Self>>&
/// fields()`); parsing, checking, recording, fingerprints and help all come from that list.
template <class Options>
struct Field {
  using Member = std::variant<int64_t Options::*, double Options::*, bool Options::*,
                              std::string Options::*, std::vector<double> Options::*>;

  Field(std::string name, Member member, std::string meaning, double minimum = -1e300,
        double maximum = 1e300, std::vector<std::string> choices = {})
      : name(std::move(name)),
        member(member),
        meaning(std::move(meaning)),
        minimum(minimum),
        maximum(maximum),
        choices(std::move(choices)) {}

  std::string name;
  Member member;
  std::string meaning;
  /// Inclusive bounds of a number (of each element of a list).
  double minimum;
  double maximum;
  /// Valid values of a string; empty: any.
  std::vector<std::string> choices;
  /// Whether fingerprints leave it out at its default, so that results from before there was such a
  /// field keep their names.
  bool optional = false;

  /// The same field, left out of fingerprints at its default. Every field that joins a struct with
  /// results in the world is one.
  Field left_out_at_default() && {
    optional = true;
    return std::move(*this);
  }
};

/// Names of all fields, in declaration order.
template <class Options>
std::vector<std::string> field_names() {
  std::vector<std::string> names;
  for (const auto& field : Options::fields()) names.push_back(field.name);
  return names;
}

}  // namespace ptqbench
