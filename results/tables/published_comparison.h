#pragma once

#include <string>
#include <vector>

#include "results/published/published.h"
#include "results/tables/table.h"

namespace ptqbench {

/// Puts the published numbers of the tables that `reproduces` names beside the entries of `table`
/// that have a mean (see `references_for`), and the tables they are from into its sources. Notes
/// say which names are of no published table, that nothing was found, and that ours was measured on
/// a part of the data. Without `reproduces` the table stays as it is.
void add_published_numbers(AccuracyTable& table, const PublishedPapers& papers,
                           const std::vector<std::string>& reproduces);

}  // namespace ptqbench
