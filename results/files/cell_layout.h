#pragma once

#include "results/cells/cell_record.h"
#include "results/hdf5/hdf5.h"

namespace ptqbench {

/// Version of the layout below (docs/results-format.md); one more whenever a reader of the old one
/// would go wrong.
constexpr int64_t kResultsFormat = 1;

/// Names of the root attributes every file of this project has.
constexpr const char* kFormatAttribute = "format_version";
constexpr const char* kContentAttribute = "content";

/// Marks a file as ours: what it holds ("cell" or "results") and the format version.
void write_format(hdf5::Group& root, const std::string& content);

/// Throws ResultsError if the file is of another format version ("written by format 3, this program
/// reads 1"), of other content, or not ours at all.
void check_format(const hdf5::Group& root, const std::string& content);

/// Writes every field of the record into a group: the scalars as attributes, the lists as tables.
/// Throws ResultsError if the record is not well formed.
void write_cell(hdf5::Group& group, const CellRecord& record);

/// The inverse of `write_cell`. Throws ResultsError.
CellRecord read_cell(const hdf5::Group& group);

/// The same without what a cell has much of and no table shows: calibration ids, units and
/// quantizers.
CellRecord read_cell_summary(const hdf5::Group& group);

/// The status of a cell written by `write_cell`. Throws ResultsError.
CellStatus read_cell_status(const hdf5::Group& group);

/// The attribute as `T`. Throws ResultsError if it is absent or of another type.
template <class T>
T read_attribute_as(const hdf5::Group& group, const std::string& name);

extern template int64_t read_attribute_as(const hdf5::Group&, const std::string&);
extern template double read_attribute_as(const hdf5::Group&, const std::string&);
extern template bool read_attribute_as(const hdf5::Group&, const std::string&);
extern template std::string read_attribute_as(const hdf5::Group&, const std::string&);

}  // namespace ptqbench
