#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "results/cells/cell_record.h"

namespace ptqbench {

/// Name -> value as text of what cells must agree on to be averaged or paired over their seeds.
using DecisiveSettings = std::map<std::string, std::string>;

/// The cell's settings and the beginning of its checkpoint's hash, without those that cells may
/// differ in.
DecisiveSettings decisive_settings(const CellRecord& record,
                                   const std::vector<std::string>& averaged_settings);

/// The value of `key`, "unset" without one.
std::string value_of(const DecisiveSettings& settings, const std::string& key);

/// The settings of one method in which finished or failed cells of the same model and bits differ,
/// by name.
std::set<std::string> differing_settings(const std::vector<const CellRecord*>& cells,
                                         const std::vector<std::string>& averaged_settings);

/// "drop_probability=0.5, iterations=200"; `values` in the order of the keys.
std::string settings_label(const std::set<std::string>& keys,
                           const std::vector<std::string>& values);

/// "qdrop (drop_probability=0.5)", or the method alone where it has one variant.
std::string variant_name(const std::string& method, const std::string& variant);

/// The run of these cells, the same but for their fingerprint, that counts: the one started last.
const CellRecord* last_started(const std::vector<const CellRecord*>& runs);

}  // namespace ptqbench
