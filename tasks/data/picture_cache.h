#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tasks/data/dataset.h"
#include "tasks/data/picture_cache_file.h"

namespace ptqbench {

/// Where those of `data` are or would be. Throws IoError.
PictureCacheFile picture_cache_file(const std::filesystem::path& folder, const PictureDataset& data,
                                    int64_t samples);

/// The first pictures of a data set, decoded, resized and cut, in one file that is mapped and so
/// shared by all processes of a host. Whoever comes first writes it, under a lock and then under
/// its name at once; the others wait. Its name is a hash of all that decides the pixels
/// (PictureDataset::pixels_key()); every picture is held against its hash when it is read. Samples
/// are those of `data`, bit for bit.
///
/// The file: pixels [samples, height, width, 3]; a JSON text with `key`, `samples`, `height`,
/// `width`, `notes` (ImageDataset::notes() of the one who wrote it) and `sha256` (of each picture,
/// in one text); that text's length, 8 bytes; its SHA-256, 64 digits.
class CachedPictures final : public PictureDataset {
 public:
  /// `data` must outlive it; 1 <= samples <= data.size(). Throws IoError when the folder cannot be
  /// written or has no room, DataError when the file is damaged, what `data` throws, and Stopped.
  CachedPictures(const std::filesystem::path& folder, const PictureDataset& data, int64_t samples);
  ~CachedPictures() override;
  CachedPictures(const CachedPictures&) = delete;
  CachedPictures& operator=(const CachedPictures&) = delete;

  int64_t size() const override { return samples_; }
  int64_t classes() const override { return data_.classes(); }
  int64_t label(int64_t index) const override { return data_.label(index); }
  std::vector<std::string> class_names() const override { return data_.class_names(); }
  std::string sample_name(int64_t index) const override { return data_.sample_name(index); }
  /// Throws DataError where it is not what was written.
  Image picture(int64_t index) const override;
  PictureSides sides() const override { return sides_; }
  std::string content_key() const override { return data_.content_key(); }
  std::string pixels_key() const override { return data_.pixels_key(); }
  std::vector<std::string> notes() const override { return notes_; }

 private:
  void open(const std::filesystem::path& path);
  void read_footer(const std::filesystem::path& path, const std::string& key);

  const PictureDataset& data_;
  int64_t samples_;
  PictureSides sides_;
  std::filesystem::path path_;
  std::vector<std::string> notes_;
  /// Of each picture.
  std::vector<std::string> hashes_;
  const uint8_t* pixels_ = nullptr;
  uint64_t mapped_bytes_ = 0;
};

}  // namespace ptqbench
