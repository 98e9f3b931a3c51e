#include "results/hdf5/hdf5_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <type_traits>

#include "results/error.h"

namespace ptqbench::hdf5 {
namespace {

/// Where a column's elements sit in a row.
struct Member {
  Handle type;
  std::size_t offset = 0;
  std::size_t bytes = 0;
};

Handle native_type(hid_t type) { return checked(H5Tcopy(type), H5Tclose, "HDF5", "copy a type"); }

Handle element_type(const std::vector<int64_t>&) { return native_type(H5T_NATIVE_INT64); }
Handle element_type(const std::vector<double>&) { return native_type(H5T_NATIVE_DOUBLE); }
Handle element_type(const std::vector<float>&) { return native_type(H5T_NATIVE_FLOAT); }
Handle element_type(const std::vector<bool>&) { return bool_type(); }
Handle element_type(const std::vector<std::string>& values) {
  std::size_t length = 1;
  for (const auto& value : values) length = std::max(length, value.size());
  return string_type(length);
}

void put(char* to, const std::string& value) { std::copy(value.begin(), value.end(), to); }
void put(char* to, bool value) { *to = value ? 1 : 0; }
template <class Number>
void put(char* to, Number value) {
  std::memcpy(to, &value, sizeof value);
}

template <class T>
std::vector<T> take(const std::vector<char>& rows, std::size_t row_bytes, const Member& member) {
  std::vector<T> values;
  values.reserve(rows.size() / row_bytes);
  for (std::size_t start = member.offset; start < rows.size(); start += row_bytes) {
    const char* from = rows.data() + start;
    if constexpr (std::is_same_v<T, std::string>) {
      values.push_back(unpadded(from, member.bytes));
    } else if constexpr (std::is_same_v<T, bool>) {
      values.push_back(*from != 0);
    } else {
      T value;
      std::memcpy(&value, from, sizeof value);
      values.push_back(value);
    }
  }
  return values;
}

Handle compound_type(const std::vector<std::string>& names, const std::vector<Member>& members,
                     std::size_t row_bytes, const std::string& where) {
  Handle row =
      checked(H5Tcreate(H5T_COMPOUND, row_bytes), H5Tclose, where, "make the table's type");
  for (std::size_t i = 0; i < names.size(); ++i) {
    check(H5Tinsert(row.get(), names[i].c_str(), members[i].offset, members[i].type.get()), where,
          fmt::format("add column '{}'", names[i]));
  }
  return row;
}

/// The type in memory of a stored column.
Handle memory_type(hid_t stored, const std::string& where) {
  switch (H5Tget_class(stored)) {
    case H5T_INTEGER:
      return native_type(H5T_NATIVE_INT64);
    case H5T_FLOAT:
      return native_type(H5Tget_size(stored) <= sizeof(float) ? H5T_NATIVE_FLOAT
                                                              : H5T_NATIVE_DOUBLE);
    case H5T_ENUM:
      return bool_type();
    case H5T_STRING:
      if (H5Tis_variable_str(stored) == 0) return native_type(stored);
      break;
    default:
      break;
  }
  throw ResultsError(where + ": expected numbers, bools or strings of fixed length");
}

Column::Values take_column(const std::vector<char>& rows, std::size_t row_bytes,
                           const Member& member) {
  switch (H5Tget_class(member.type.get())) {
    case H5T_INTEGER:
      return take<int64_t>(rows, row_bytes, member);
    case H5T_FLOAT:
      if (member.bytes == sizeof(float)) return take<float>(rows, row_bytes, member);
      return take<double>(rows, row_bytes, member);
    case H5T_ENUM:
      return take<bool>(rows, row_bytes, member);
    default:
      return take<std::string>(rows, row_bytes, member);
  }
}

}  // namespace

std::size_t Column::rows() const {
  return std::visit([](const auto& elements) { return elements.size(); }, values);
}

Table::Table(std::string location, std::vector<Column> columns)
    : location_(std::move(location)), columns_(std::move(columns)) {}

bool Table::has_column(const std::string& name) const {
  return std::any_of(columns_.begin(), columns_.end(),
                     [&](const Column& column) { return column.name == name; });
}

const Column& Table::find(const std::string& name) const {
  const auto found = std::find_if(columns_.begin(), columns_.end(),
                                  [&](const Column& column) { return column.name == name; });
  if (found == columns_.end()) {
    throw ResultsError(fmt::format("{}: has no column '{}'", location_, name));
  }
  return *found;
}

void Table::fail_type(const std::string& name) const {
  throw ResultsError(fmt::format("{}: column '{}' is not of the expected type", location_, name));
}

void write_table(Group& group, const std::string& name, const std::vector<Column>& columns) {
  if (columns.empty()) throw std::logic_error("a table needs a column");
  const std::size_t row_count = columns.front().rows();
  std::vector<std::string> names;
  std::vector<Member> members;
  std::size_t row_bytes = 0;
  for (const Column& column : columns) {
    if (column.rows() != row_count) {
      throw std::logic_error(fmt::format("table '{}': column '{}' has {} rows instead of {}", name,
                                         column.name, column.rows(), row_count));
    }
    Member member;
    member.type =
        std::visit([](const auto& values) { return element_type(values); }, column.values);
    member.offset = row_bytes;
    member.bytes = H5Tget_size(member.type.get());
    row_bytes += member.bytes;
    names.push_back(column.name);
    members.push_back(std::move(member));
  }

  std::vector<char> rows(row_count * row_bytes, '\0');
  for (std::size_t i = 0; i < columns.size(); ++i) {
    std::visit(
        [&](const auto& values) {
          for (std::size_t row = 0; row < row_count; ++row)
            put(rows.data() + row * row_bytes + members[i].offset, values[row]);
        },
        columns[i].values);
  }
  const std::string where = fmt::format("{}, table '{}'", group.location(), name);
  group.write_elements(name, compound_type(names, members, row_bytes, where).get(), {row_count},
                       rows.data());
}

Table read_table(const Group& group, const std::string& name) {
  const StoredDataset stored = group.open_dataset(name);
  if (H5Tget_class(stored.type.get()) != H5T_COMPOUND || stored.shape.size() != 1) {
    throw ResultsError(stored.location + ": expected a table");
  }
  std::vector<std::string> names;
  std::vector<Member> members;
  std::size_t row_bytes = 0;
  const int column_count = H5Tget_nmembers(stored.type.get());
  if (column_count < 1) throw ResultsError(stored.location + ": has no columns");
  for (int i = 0; i < column_count; ++i) {
    const auto index = static_cast<unsigned>(i);
    char* member_name = H5Tget_member_name(stored.type.get(), index);
    if (member_name == nullptr) throw ResultsError(stored.location + ": a column has no name");
    names.emplace_back(member_name);
    H5free_memory(member_name);
    const Handle type = checked(H5Tget_member_type(stored.type.get(), index), H5Tclose,
                                stored.location, "read a column's type");
    Member member;
    member.type = memory_type(type.get(), stored.location + ", column '" + names.back() + "'");
    member.offset = row_bytes;
    member.bytes = H5Tget_size(member.type.get());
    row_bytes += member.bytes;
    members.push_back(std::move(member));
  }

  const Handle row = compound_type(names, members, row_bytes, stored.location);
  std::vector<char> rows(stored.elements * row_bytes);
  check(H5Dread(stored.dataset.get(), row.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, rows.data()),
        stored.location, "read the table");
  std::vector<Column> columns;
  for (std::size_t i = 0; i < names.size(); ++i) {
    columns.push_back({names[i], take_column(rows, row_bytes, members[i])});
  }
  return {stored.location, std::move(columns)};
}

}  // namespace ptqbench::hdf5
