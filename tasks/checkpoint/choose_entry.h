#pragma once

#include "tasks/checkpoint/checkpoint.h"
#include "tasks/checkpoint/checkpoint_contents.h"

namespace ptqbench {

/// Reads the dictionary that is meant out of what a file offers; see load_checkpoint(). The hash is
/// left empty. `path` is what errors call the file.
Checkpoint choose_entry(const std::filesystem::path& path, const CheckpointContents& contents,
                        const CheckpointOptions& options,
                        const std::vector<NamedTensor>& parameters);

}  // namespace ptqbench
