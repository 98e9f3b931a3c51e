#include "results/hdf5/hdf5_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

#include "results/error.h"

namespace ptqbench::hdf5 {
namespace {

/// By how much the image in memory grows.
constexpr std::size_t kImageIncrement = 1 << 20;

/// Where a superblock of version 3 keeps the end-of-file address, 8 bytes, little-endian (HDF5 File
/// Format Specification 3.0, II.A). The buffer exceeds it by what is left of its last increment.
constexpr std::size_t kEndOffset = 28;

/// Errors become exceptions, so HDF5 need not print them. Its setting is one a thread.
void silence_error_printing() { H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); }

}  // namespace

InputFile::InputFile(const std::filesystem::path& path) : name_(path.string()) {
  silence_error_printing();
  std::error_code error;
  bytes_ = std::filesystem::file_size(path, error);
  if (error) throw ResultsError(fmt::format("{}: cannot read it: {}", name_, error.message()));

  const Handle access = checked(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, name_, "open the file");
#if H5_VERSION_GE(1, 10, 7)
  // Files appear whole, by renaming, and never change: no lock is needed, and some cluster file
  // systems have none.
  H5Pset_file_locking(access.get(), false, true);
#endif
  id_ = checked(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.get()), H5Fclose, name_,
                "read it as an HDF5 file");
}

Group InputFile::root() const {
  return {checked(H5Gopen2(id_.get(), "/", H5P_DEFAULT), H5Gclose, name_, "open the root group"),
          name_ + ":/", bytes_};
}

/// The buffer of HDF5's in-memory driver, kept when the driver lets go of it. H5Fget_file_image is
/// no substitute: it clears a flag in the superblock of the 1.10 format without renewing the
/// checksum beside it (seen in 1.10.8).
class MemoryFile::Image {
 public:
  Image() = default;
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;
  virtual ~Image() = default;

  void* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }

  static void set_callbacks(hid_t access, Image* image, const std::string& name) {
    H5FD_file_image_callbacks_t callbacks = {allocate, copy, resize, release, share, keep, image};
    check(H5Pset_file_image_callbacks(access, &callbacks), name, "create the file");
  }

 protected:
  /// Makes the buffer so large and returns it; null when there is no room.
  virtual void* grow(std::size_t bytes) = 0;

  void* data_ = nullptr;
  std::size_t bytes_ = 0;

 private:
  /// For images that a file is opened with, which this one is not.
  static void* allocate(size_t, H5FD_file_image_op_t, void*) { return nullptr; }
  static void* copy(void* to, const void* from, size_t size, H5FD_file_image_op_t, void*) {
    return std::memcpy(to, from, size);
  }
  static void* resize(void*, size_t size, H5FD_file_image_op_t, void* image) {
    return static_cast<Image*>(image)->grow(size);
  }
  /// The buffer is freed with the image.
  static herr_t release(void*, H5FD_file_image_op_t, void*) { return 0; }
  static void* share(void* image) { return image; }
  static herr_t keep(void*) { return 0; }
};

class MemoryFile::HeapImage : public Image {
 public:
  ~HeapImage() override { std::free(data_); }

 private:
  void* grow(std::size_t bytes) override {
    void* larger = std::realloc(data_, bytes);
    if (larger == nullptr) return nullptr;
    data_ = larger;
    bytes_ = bytes;
    return data_;
  }
};

class MemoryFile::MappedImage : public Image {
 public:
  explicit MappedImage(const std::filesystem::path& folder) {
    auto path = (folder / ".image.XXXXXX").string();
    file_ = mkostemp(path.data(), O_CLOEXEC);
    if (file_ < 0) {
      throw IoError(fmt::format("{}: cannot make a file there: {}", folder.string(),
                                std::generic_category().message(errno)));
    }
    unlink(path.c_str());
  }
  ~MappedImage() override {
    if (data_ != nullptr) munmap(data_, bytes_);
    close(file_);
  }

 private:
  void* grow(std::size_t bytes) override {
    // Room on the disk is taken first: writing to a mapping without it would end the process.
    if (posix_fallocate(file_, 0, static_cast<off_t>(bytes)) != 0) return nullptr;
    void* larger = data_ == nullptr
                       ? mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0)
                       : mremap(data_, bytes_, bytes, MREMAP_MAYMOVE);
    if (larger == MAP_FAILED) return nullptr;
    data_ = larger;
    bytes_ = bytes;
    return data_;
  }

  int file_ = -1;
};

MemoryFile::MemoryFile(std::string name, FileFormat format)
    : MemoryFile(std::move(name), std::make_unique<HeapImage>(), format) {}

MemoryFile::MemoryFile(std::string name, const std::filesystem::path& folder)
    : MemoryFile(std::move(name), std::make_unique<MappedImage>(folder), FileFormat::kV110) {}

MemoryFile::MemoryFile(std::string name, std::unique_ptr<Image> image, FileFormat format)
    : name_(std::move(name)), image_(std::move(image)) {
  silence_error_printing();
  const Handle access = checked(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, name_, "create the file");
  Image::set_callbacks(access.get(), image_.get(), name_);
  check(H5Pset_fapl_core(access.get(), kImageIncrement, false), name_, "create the file");
  const auto version = format == FileFormat::kV18 ? H5F_LIBVER_V18 : H5F_LIBVER_V110;
  check(H5Pset_libver_bounds(access.get(), version, version), name_, "create the file");
  const Handle creation = checked(H5Pcreate(H5P_FILE_CREATE), H5Pclose, name_, "create the file");
  H5Pset_obj_track_times(creation.get(), false);
  keep_order(creation.get());
  // The driver would load an existing file of the same name; below a device there is none.
  id_ = checked(H5Fcreate("/dev/null/image", H5F_ACC_TRUNC, creation.get(), access.get()), H5Fclose,
                name_, "create the file");
}

MemoryFile::~MemoryFile() = default;

Group MemoryFile::root() const {
  return {checked(H5Gopen2(id_.get(), "/", H5P_DEFAULT), H5Gclose, name_, "open the root group"),
          name_ + ":/", UINT64_MAX};
}

std::string_view MemoryFile::finish() {
  check(id_.close() ? 0 : -1, name_, "finish the file");
  uint64_t end = 0;
  if (image_->data() != nullptr && image_->bytes() >= kEndOffset + 8) {
    const auto* bytes = static_cast<const unsigned char*>(image_->data());
    for (int i = 7; i >= 0; --i) end = end << 8 | bytes[kEndOffset + i];
  }
  if (end == 0 || end > image_->bytes()) {
    throw ResultsError(name_ + ": HDF5 left no whole file in memory");
  }
  return {static_cast<const char*>(image_->data()), end};
}

}  // namespace ptqbench::hdf5
