#include "harness/config/cell_condition.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "harness/config/problems.h"
#include "harness/config/split.h"
#include "harness/config/yaml_reader.h"
#include "support/nearest_name.h"

namespace ptqbench {
namespace {

template <class Value>
bool contains(const std::vector<Value>& values, const Value& value) {
  return std::count(values.begin(), values.end(), value) > 0;
}

bool allows_name(const std::vector<std::string>& names, const std::string& name,
                 const std::string& label) {
  return names.empty() || contains(names, name) || contains(names, label);
}

/// Each value once, in the order of the cells.
template <class ValuesOf>
std::vector<std::string> values_of(const std::vector<Cell>& cells, ValuesOf values_of_cell) {
  std::vector<std::string> values;
  std::set<std::string> seen;
  for (const auto& cell : cells) {
    for (const std::string& value : values_of_cell(cell)) {
      if (seen.insert(value).second) values.push_back(value);
    }
  }
  return values;
}

/// Reads the terms of one filter.
class FilterReader {
 public:
  FilterReader(const std::string& text, const std::vector<Cell>& cells)
      : place_{"--filter " + text, 0, 0}, cells_(cells) {}

  void read(const std::string& term) {
    const auto equals = term.find('=');
    if (equals == std::string::npos) {
      problems_.add(place_, "", "expected key=value or key=value|value, got " + quoted(term));
      return;
    }
    const auto key = term.substr(0, equals);
    if (contains(seen_, key)) problems_.add(place_, key, "the key is given twice");
    seen_.push_back(key);
    for (const auto& value : split(term.substr(equals + 1), '|')) add(key, value);
  }

  CellCondition finish() const {
    problems_.throw_if_any();
    return condition_;
  }

 private:
  using Strings = std::vector<std::string>;

  void add(const std::string& key, const std::string& value) {
    if (key == "dataset") {
      add_name(key, value, condition_.datasets,
               [](const Cell& c) { return Strings{c.task.dataset.name}; });
    } else if (key == "model") {
      add_name(key, value, condition_.models, [](const Cell& c) {
        return Strings{c.model, c.model_label};
      });
    } else if (key == "method") {
      add_name(key, value, condition_.methods, [](const Cell& c) {
        return Strings{c.method, c.method_label};
      });
    } else if (key == "bits") {
      add_bits(value);
    } else if (key == "seed") {
      add_seed(value);
    } else {
      problems_.add(
          place_, key,
          "unknown key" + valid_names_hint(key, {"dataset", "model", "method", "bits", "seed"}));
    }
  }

  template <class ValuesOf>
  bool known(const std::string& key, const std::string& value, ValuesOf values_of_cell) {
    const auto valid = values_of(cells_, values_of_cell);
    if (contains(valid, value)) return true;
    problems_.add(place_, key, "no cell has " + quoted(value) + valid_names_hint(value, valid));
    return false;
  }

  template <class ValuesOf>
  void add_name(const std::string& key, const std::string& value, Strings& names,
                ValuesOf values_of_cell) {
    if (known(key, value, values_of_cell)) names.push_back(value);
  }

  void add_bits(const std::string& value) {
    try {
      const auto bits = parse_bit_widths(value);
      const auto name_of = [](const Cell& c) { return Strings{c.bits.name()}; };
      if (known("bits", bits.name(), name_of)) condition_.bits.push_back(bits);
    } catch (const ConfigError& error) {
      problems_.add(place_, "bits", error.what());
    }
  }

  void add_seed(const std::string& text) {
    YamlValue value;
    value.kind = YamlValue::Kind::kScalar;
    value.place = place_;
    value.text = text;
    const auto seed = YamlReader(value, "seed", problems_).integer({0});
    const auto seed_of = [](const Cell& c) { return Strings{fmt::format("{}", c.seed)}; };
    if (seed && known("seed", fmt::format("{}", *seed), seed_of)) condition_.seeds.push_back(*seed);
  }

  ConfigPlace place_;
  const std::vector<Cell>& cells_;
  Problems problems_;
  Strings seen_;
  CellCondition condition_;
};

}  // namespace

bool CellCondition::allows_dataset(const std::string& name) const {
  return datasets.empty() || contains(datasets, name);
}

bool CellCondition::allows_model(const std::string& name, const std::string& label) const {
  return allows_name(models, name, label);
}

bool CellCondition::allows_method(const std::string& name, const std::string& label) const {
  return allows_name(methods, name, label);
}

bool CellCondition::allows_bits(const BitWidths& value) const {
  return bits.empty() || contains(bits, value);
}

bool CellCondition::allows_seed(int64_t seed) const {
  return seeds.empty() || contains(seeds, seed);
}

bool CellCondition::matches(const Cell& cell) const {
  return allows_dataset(cell.task.dataset.name) && allows_model(cell.model, cell.model_label) &&
         allows_method(cell.method, cell.method_label) && allows_bits(cell.bits) &&
         allows_seed(cell.seed);
}

bool operator==(const CellCondition& a, const CellCondition& b) {
  return std::tie(a.datasets, a.models, a.methods, a.bits, a.seeds) ==
         std::tie(b.datasets, b.models, b.methods, b.bits, b.seeds);
}

CellCondition parse_filter(const std::string& text, const std::vector<Cell>& cells) {
  if (text.empty()) return {};
  FilterReader reader(text, cells);
  for (const auto& term : split(text, ',')) reader.read(term);
  return reader.finish();
}

}  // namespace ptqbench
