#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ptqbench {

/// The file with a saved model: `path` itself, or in a run directory that of the cell that the
/// words name ("resnet20 w2a2 qdrop seed 1"). Throws ConfigError when the words name none or
/// several, or there is no run directory to choose from, and IoError when the cell's model was not
/// saved.
std::filesystem::path chosen_model_file(const std::filesystem::path& path,
                                        const std::vector<std::string>& words);

}  // namespace ptqbench
