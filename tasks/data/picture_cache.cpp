#include "tasks/data/picture_cache.h"

#include <ATen/Parallel.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <exception>
#include <nlohmann/json.hpp>
#include <thread>

#include "support/atomic_file.h"
#include "support/data_error.h"
#include "support/stop_request.h"
#include "tasks/checkpoint/content_hash.h"
#include "tasks/checkpoint/input_file.h"

namespace ptqbench {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr uint64_t kLengthBytes = 8;
constexpr uint64_t kHashDigits = 64;
/// Decoded together before they are written.
constexpr int64_t kPicturesAtOnce = 256;

std::string key_of(const PictureDataset& data, int64_t samples) {
  return sha256_text(fmt::format("{}\n{}\n", data.pixels_key(), samples));
}

uint64_t picture_bytes(const PictureSides& sides) {
  return static_cast<uint64_t>(sides.height) * static_cast<uint64_t>(sides.width) * 3;
}

std::string hash_of(const uint8_t* pixels, uint64_t bytes) {
  return sha256_text({reinterpret_cast<const char*>(pixels), bytes});
}

/// Keeps other processes out of one file while it is made; the lock goes with the process.
class BuildLock {
 public:
  explicit BuildLock(const fs::path& path) : path_(path) {
    descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor_ < 0) fail();
    constexpr auto kPause = std::chrono::milliseconds(50);
    while (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK && errno != EINTR) fail();
      try {
        check_stop();
      } catch (...) {
        ::close(descriptor_);
        throw;
      }
      std::this_thread::sleep_for(kPause);
    }
  }
  ~BuildLock() { ::close(descriptor_); }
  BuildLock(const BuildLock&) = delete;
  BuildLock& operator=(const BuildLock&) = delete;

 private:
  [[noreturn]] void fail() {
    const int error = errno;
    if (descriptor_ >= 0) ::close(descriptor_);
    throw IoError(fmt::format("cannot lock '{}': {}", path_.string(), std::strerror(error)));
  }

  fs::path path_;
  int descriptor_ = -1;
};

void require_room(const fs::path& folder, uint64_t bytes) {
  std::error_code error;
  const auto space = fs::space(folder, error);
  if (error || space.available >= bytes) return;
  throw IoError(fmt::format("cache '{}' has {} bytes free, but the pictures take {}",
                            folder.string(), space.available, bytes));
}

/// Pictures `first` and on, decoded by all threads, one behind the other.
std::vector<uint8_t> decode(const PictureDataset& data, int64_t first, int64_t count,
                            std::vector<std::string>& hashes) {
  const uint64_t bytes = picture_bytes(data.sides());
  std::vector<uint8_t> pixels(static_cast<uint64_t>(count) * bytes);
  std::vector<std::exception_ptr> errors(static_cast<size_t>(count));
  at::parallel_for(0, count, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      try {
        const Image image = data.picture(first + i);
        uint8_t* target = pixels.data() + static_cast<uint64_t>(i) * bytes;
        std::memcpy(target, image.rgb.data(), bytes);
        hashes[static_cast<size_t>(first + i)] = hash_of(target, bytes);
      } catch (...) {
        errors[static_cast<size_t>(i)] = std::current_exception();
      }
    }
  });
  for (const auto& error : errors) {
    if (error) std::rethrow_exception(error);
  }
  return pixels;
}

void build(const fs::path& path, const PictureDataset& data, int64_t samples,
           const std::string& key) {
  const PictureSides sides = data.sides();
  require_room(path.parent_path(), static_cast<uint64_t>(samples) * picture_bytes(sides));
  AtomicFile file(path);
  std::vector<std::string> hashes(static_cast<size_t>(samples));
  for (int64_t first = 0; first < samples; first += kPicturesAtOnce) {
    check_stop();
    const int64_t count = std::min(kPicturesAtOnce, samples - first);
    const auto pixels = decode(data, first, count, hashes);
    file.write(pixels.data(), pixels.size());
  }
  std::string all_hashes;
  for (const auto& hash : hashes) all_hashes += hash;
  const std::string footer = Json{{"key", key},
                                  {"samples", samples},
                                  {"height", sides.height},
                                  {"width", sides.width},
                                  {"notes", data.notes()},
                                  {"sha256", all_hashes}}
                                 .dump(-1, ' ', false, Json::error_handler_t::replace);
  const uint64_t length = footer.size();
  file.write(footer.data(), length);
  file.write(&length, kLengthBytes);
  const std::string hash = sha256_text(footer);
  file.write(hash.data(), hash.size());
  file.commit();
}

[[noreturn]] void fail_damaged(const fs::path& path, const std::string& what) {
  throw DataError(
      fmt::format("cached pictures '{}' are damaged ({}): delete the file", path.string(), what));
}

}  // namespace

PictureCacheFile picture_cache_file(const fs::path& folder, const PictureDataset& data,
                                    int64_t samples) {
  PictureCacheFile file;
  file.path = folder / (key_of(data, samples) + ".pictures");
  file.bytes = samples * static_cast<int64_t>(picture_bytes(data.sides()));
  std::error_code ignored;
  file.exists = fs::exists(file.path, ignored);
  return file;
}

CachedPictures::CachedPictures(const fs::path& folder, const PictureDataset& data, int64_t samples)
    : PictureDataset(data.normalization()), data_(data), samples_(samples), sides_(data.sides()) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    throw IoError(
        fmt::format("cannot create the cache '{}': {}", folder.string(), error.message()));
  }
  const std::string key = key_of(data, samples);
  path_ = folder / (key + ".pictures");
  if (!fs::exists(path_, error)) {
    const BuildLock lock(folder / (key + ".lock"));
    if (!fs::exists(path_, error)) build(path_, data, samples, key);
  }
  read_footer(path_, key);
  open(path_);
}

CachedPictures::~CachedPictures() {
  if (pixels_ != nullptr) ::munmap(const_cast<uint8_t*>(pixels_), mapped_bytes_);
}

void CachedPictures::read_footer(const fs::path& path, const std::string& key) {
  const InputFile file(path);
  mapped_bytes_ = static_cast<uint64_t>(samples_) * picture_bytes(sides_);
  const uint64_t ending = kLengthBytes + kHashDigits;
  if (file.size() < mapped_bytes_ + ending) fail_damaged(path, "cut short");
  SequentialReader end(file, file.size() - ending, file.size());
  const uint64_t length = end.unsigned_integer(kLengthBytes);
  if (length != file.size() - ending - mapped_bytes_) fail_damaged(path, "another length");
  std::string footer(length, '\0');
  file.read(mapped_bytes_, footer.data(), length);
  if (sha256_text(footer) != end.text(kHashDigits)) fail_damaged(path, "another hash");
  const Json facts = Json::parse(footer);
  if (facts.at("key") != key) fail_damaged(path, "of other pictures");
  notes_ = facts.at("notes").get<std::vector<std::string>>();
  const auto hashes = facts.at("sha256").get<std::string>();
  for (int64_t i = 0; i < samples_; ++i)
    hashes_.push_back(hashes.substr(static_cast<size_t>(i) * kHashDigits, kHashDigits));
}

void CachedPictures::open(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  void* mapped = descriptor < 0 ? MAP_FAILED
                                : ::mmap(nullptr, mapped_bytes_, PROT_READ, MAP_SHARED, descriptor,
                                         0);
  const int error = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (mapped == MAP_FAILED)
    throw IoError(fmt::format("cannot map '{}': {}", path.string(), std::strerror(error)));
  pixels_ = static_cast<const uint8_t*>(mapped);
}

Image CachedPictures::picture(int64_t index) const {
  const std::string& hash = hashes_.at(static_cast<size_t>(index));
  const uint64_t bytes = picture_bytes(sides_);
  const uint8_t* pixels = pixels_ + static_cast<uint64_t>(index) * bytes;
  Image image;
  image.width = static_cast<int>(sides_.width);
  image.height = static_cast<int>(sides_.height);
  image.rgb.assign(pixels, pixels + bytes);
  if (hash_of(image.rgb.data(), bytes) != hash)
    fail_damaged(path_, fmt::format("picture {}, '{}'", index, sample_name(index)));
  return image;
}

}  // namespace ptqbench
