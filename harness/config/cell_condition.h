#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/config/bit_widths.h"
#include "harness/config/cell.h"

namespace ptqbench {

/// Which cells something applies to. Each list that is not empty must contain the cell's value.
/// A model or method is meant by its name or by its label.
struct CellCondition {
  std::vector<std::string> datasets;
  std::vector<std::string> models;
  std::vector<std::string> methods;
  std::vector<BitWidths> bits;
  std::vector<int64_t> seeds;

  bool allows_dataset(const std::string& name) const;
  bool allows_model(const std::string& name, const std::string& label) const;
  bool allows_method(const std::string& name, const std::string& label) const;
  bool allows_bits(const BitWidths& value) const;
  bool allows_seed(int64_t seed) const;

  bool matches(const Cell& cell) const;
};

bool operator==(const CellCondition& a, const CellCondition& b);

/// Parses a filter such as "model=resnet20,method=brecq|qdrop,bits=w4a4" (keys dataset, model,
/// method, bits, seed); an empty text matches every cell. Throws one ConfigError naming every
/// unknown key and every value that none of `cells` has.
CellCondition parse_filter(const std::string& text, const std::vector<Cell>& cells);

}  // namespace ptqbench
