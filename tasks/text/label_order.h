#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "methods/nn/unit_graph.h"

namespace ptqbench {

/// A network's outputs in the order of a data set's classes: the class i is its output order[i].
/// Empty: as they are. `classes` are the data set's, `labels` what the network calls its outputs;
/// capitals count no difference. Throws ConfigError, beginning with `where`, when the two are not
/// the same names.
std::vector<int64_t> output_order(const std::vector<std::string>& classes,
                                  const std::vector<std::string>& labels, const std::string& where);

/// The names of the outputs that the `id2label` of a Hugging Face config.json says. Empty when
/// there is no such file or entry, and when it names none of `classes`, as the LABEL_0, LABEL_1,
/// ... of a model that nobody gave names. Throws DataError when the entry is malformed.
std::vector<std::string> labels_of_config(const std::filesystem::path& config,
                                          const std::vector<std::string>& classes);

/// Puts the rows of the last layer, "classifier", into this order. Throws ConfigError when the
/// model has no such layer with as many rows.
void reorder_outputs(UnitGraph& model, const std::vector<int64_t>& order);

}  // namespace ptqbench
