#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "results/hdf5/hdf5.h"

namespace ptqbench::hdf5 {

/// One named column of a table.
struct Column {
  using Values = std::variant<std::vector<int64_t>, std::vector<double>, std::vector<float>,
                              std::vector<bool>, std::vector<std::string>>;

  std::string name;
  Values values;

  std::size_t rows() const;
};

/// A one-dimensional dataset of compound elements, which h5py reads as a structured array; in
/// memory, columns.
class Table {
 public:
  Table() = default;
  Table(std::string location, std::vector<Column> columns);

  std::size_t rows() const { return columns_.empty() ? 0 : columns_.front().rows(); }
  const std::vector<Column>& columns() const { return columns_; }

  bool has_column(const std::string& name) const;

  /// The column of that name. Throws ResultsError if there is none or its elements are of another
  /// type.
  template <class T>
  const std::vector<T>& column(const std::string& name) const {
    const auto* values = std::get_if<std::vector<T>>(&find(name).values);
    if (values == nullptr) fail_type(name);
    return *values;
  }

 private:
  const Column& find(const std::string& name) const;
  [[noreturn]] void fail_type(const std::string& name) const;

  std::string location_;
  std::vector<Column> columns_;
};

/// At least one column, all of the same length. Throws ResultsError.
void write_table(Group& group, const std::string& name, const std::vector<Column>& columns);

/// Throws ResultsError if there is no such table or a column holds something other than the types
/// of `Column`.
Table read_table(const Group& group, const std::string& name);

}  // namespace ptqbench::hdf5
