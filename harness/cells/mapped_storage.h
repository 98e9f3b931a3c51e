#pragma once

#include <filesystem>

#include "methods/reconstruction/stream_storage.h"

namespace ptqbench {

/// Keeps streams in files of a folder, mapped into memory: the system writes them out when memory
/// is short. A file has no name once it is open, so that nothing stays behind however the process
/// ends.
class MappedStorage : public StreamStorage {
 public:
  explicit MappedStorage(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Throws IoError when the folder cannot be written to or has no room.
  at::Tensor allocate(int64_t samples, const at::Tensor& like) override;

 private:
  std::filesystem::path folder_;
};

}  // namespace ptqbench
