#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>

#include "methods/reconstruction/unit_checkpoints.h"

namespace ptqbench {

/// Keeps units in a folder, a safetensors file each with a hash of its content. A file is written
/// whole or not at all; one that cannot be read, was altered or was made with something else counts
/// as none.
class UnitCheckpointFiles : public UnitCheckpoints {
 public:
  /// The folder is made with the first file. `made_with` is what decides the last bit of a result
  /// beside the cell's settings: versions, threads, device.
  UnitCheckpointFiles(std::filesystem::path folder, std::map<std::string, std::string> made_with)
      : folder_(std::move(folder)), made_with_(std::move(made_with)) {}

  std::optional<UnitState> load(const std::string& phase, const std::string& unit) override;
  /// Throws IoError when the file cannot be written.
  void save(const UnitState& state) override;

 private:
  std::filesystem::path path_of(const std::string& phase, const std::string& unit) const;

  std::filesystem::path folder_;
  std::map<std::string, std::string> made_with_;
};

/// Units that are kept in such a folder; 0 if there is no folder.
int64_t count_unit_checkpoints(const std::filesystem::path& folder);

}  // namespace ptqbench
