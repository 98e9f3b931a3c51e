#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "harness/config/cell.h"
#include "tasks/task.h"

namespace ptqbench {

/// What a cell is computed from, beside its settings: all that its fingerprint hashes.
struct CellInputs {
  /// In the order in which they were drawn or listed.
  std::shared_ptr<const std::vector<int64_t>> calibration_ids;
  InputHashes hashes;
};

/// Opens cells of one task for planning them and for running them. What several cells have in
/// common is read once.
class CellOpener {
 public:
  explicit CellOpener(const Task& task) : task_(task) {}

  /// Throws ConfigError when there are too few calibration samples or a list of them does not fit,
  /// IoError on a file that cannot be read.
  CellInputs open(const Cell& cell);
  /// A file that was read elsewhere is not read again.
  void know(const std::filesystem::path& file, const std::string& sha256);

 private:
  struct Samples {
    std::shared_ptr<const std::vector<int64_t>> ids;
    std::string hash;
  };

  const std::string& config_hash(const Cell& cell);
  const std::string& weights_hash(const Cell& cell);
  const Samples& samples(const Cell& cell);

  const Task& task_;
  std::map<std::string, std::string> files_;
  std::map<std::string, std::string> configs_;
  std::map<std::tuple<std::string, int64_t, int64_t>, Samples> samples_;
};

/// The calibration samples of a cell: those of its list, or drawn without replacement from the
/// seed, so that all methods, bits and models of a seed see the same ones. Throws ConfigError when
/// there are too few, ConfigError or IoError on a list that does not fit.
std::vector<int64_t> calibration_ids(const Task& task, const Cell& cell);

/// SHA-256 (hex) of the ids, in their order.
std::string calibration_ids_hash(const std::vector<int64_t>& ids);

}  // namespace ptqbench
