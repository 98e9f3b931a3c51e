#pragma once

#include <string>
#include <vector>

#include "harness/config/known_names.h"
#include "harness/config/yaml_reader.h"
#include "tasks/task_options.h"

namespace ptqbench {

/// The keys that say which task on which data: `task`, `dataset` (a name alone, or a map of `name`
/// and fields of DatasetOptions) and `text` (fields of TextOptions). The root, the label file and
/// the vocabulary are paths (see read_path(), also for `missing`).
TaskOptions read_task_options(YamlMapReader& map, const KnownNames& known,
                              std::vector<std::string>* missing = nullptr);

}  // namespace ptqbench
