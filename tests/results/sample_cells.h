#pragma once

#include <filesystem>
#include <string>

#include "results/cell_record.h"

namespace ptqbench {

/// A folder of its own, removed with everything in it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// 64 times the hexadecimal digit.
std::string fingerprint_of(char digit);

/// A finished cell with every field set to something of its own.
CellRecord full_cell();

/// A finished cell of task "classification", dataset "fashion_mnist", metric "top1_accuracy"; full
/// precision 94.
CellRecord simple_cell(char digit, const std::string& model, int64_t weight_bits,
                       int64_t activation_bits, const std::string& method, int64_t seed,
                       double metric);

/// The same as `simple_cell`, but failed in stage "reconstruct" for lack of memory.
CellRecord failed_cell(char digit, const std::string& model, int64_t weight_bits,
                       int64_t activation_bits, const std::string& method, int64_t seed);

std::string read_bytes(const std::filesystem::path& path);
void write_bytes(const std::filesystem::path& path, const std::string& bytes);

}  // namespace ptqbench
