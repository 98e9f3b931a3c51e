#pragma once

#include <vector>

#include "results/cells/cell_record.h"
#include "results/hdf5/hdf5_table.h"

namespace ptqbench {

/// Some of many records, which outlive it.
using Records = std::vector<const CellRecord*>;

/// What a cell is, whether it ran or not: fingerprint, task, data set, model, bits, method, seed,
/// and what the registries call model and method.
std::vector<hdf5::Column> identity_columns(const Records& records);
std::vector<hdf5::Column> identity_columns(const std::vector<CellRecord>& records);

/// The inverse: records of status kMissing. Throws ResultsError naming `where` if a column is
/// missing or a fingerprint is none.
std::vector<CellRecord> identity_records(const hdf5::Table& table, const std::string& where);

/// The records as the columns of one table, a row a record: identity, status, metric, times,
/// machine; then `further_<metric>`, `seconds_<stage>` and `setting_<key>` for everything any
/// record has, sorted by name.
///
/// Of a long failure reason only the beginning is kept, since every row has room for the longest.
///
/// A setting's column has the type of its values where all records agree. Else numbers and bools
/// become doubles, NaN where a record lacks the setting; if one of them is text all become text,
/// empty where a record lacks it.
std::vector<hdf5::Column> cell_columns(const Records& records);
std::vector<hdf5::Column> cell_columns(const std::vector<CellRecord>& records);

}  // namespace ptqbench
