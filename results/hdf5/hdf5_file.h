#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "results/hdf5/file_format.h"
#include "results/hdf5/hdf5.h"

namespace ptqbench::hdf5 {

/// A file opened for reading.
class InputFile {
 public:
  /// Throws ResultsError if it is missing, unreadable, truncated or not HDF5.
  explicit InputFile(const std::filesystem::path& path);

  Group root() const;

 private:
  Handle id_;
  std::string name_;
  uint64_t bytes_ = 0;
};

/// A file built in memory. HDF5 does not recover from a full disk, so it never writes to one: take
/// the bytes and write them (support/atomic_file.h).
class MemoryFile {
 public:
  /// `name` is used in messages only.
  explicit MemoryFile(std::string name, FileFormat format = FileFormat::kV110);
  /// For files that may be large: the memory is that of a file without a name in `folder`, which
  /// the system writes out when memory is short. Throws IoError when none can be made there.
  MemoryFile(std::string name, const std::filesystem::path& folder);
  ~MemoryFile();

  Group root() const;

  /// Closes the file and returns its bytes, which live as long as this object. All groups must be
  /// gone.
  std::string_view finish();

 private:
  class Image;
  class HeapImage;
  class MappedImage;

  MemoryFile(std::string name, std::unique_ptr<Image> image, FileFormat format);

  std::string name_;
  std::unique_ptr<Image> image_;  // before id_: when that is closed, HDF5 hands its buffer over
  Handle id_;
};

}  // namespace ptqbench::hdf5
