#pragma once

#include <string>
#include <vector>

#include "harness/config/known_names.h"
#include "harness/config/yaml_reader.h"
#include "tasks/data/dataset.h"

namespace ptqbench {

/// A data set: its name alone, or a map of `name` and fields of DatasetOptions. The root
/// and the label file are paths (see read_path(), also for `missing`).
DatasetOptions read_dataset(const YamlReader& reader, const KnownNames& known,
                            std::vector<std::string>* missing = nullptr);

}  // namespace ptqbench
