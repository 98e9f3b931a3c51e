#include "results/hdf5/hdf5_file.h"

#include <fmt/format.h>

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
struct MemoryFile::Image {
  void* data = nullptr;
  std::size_t bytes = 0;

  Image() = default;
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;
  ~Image() { std::free(data); }

  static void* allocate(size_t size, H5FD_file_image_op_t, void*) { return std::malloc(size); }
  static void* copy(void* to, const void* from, size_t size, H5FD_file_image_op_t, void*) {
    return std::memcpy(to, from, size);
  }
  static void* resize(void* buffer, size_t size, H5FD_file_image_op_t, void* image) {
    static_cast<Image*>(image)->bytes = size;
    return std::realloc(buffer, size);
  }
  static herr_t release(void* buffer, H5FD_file_image_op_t operation, void* image) {
    if (operation == H5FD_FILE_IMAGE_OP_FILE_CLOSE) {
      static_cast<Image*>(image)->data = buffer;
    } else {
      std::free(buffer);
    }
    return 0;
  }
  static void* share(void* image) { return image; }
  static herr_t keep(void*) { return 0; }
};

MemoryFile::MemoryFile(std::string name, FileFormat format)
    : name_(std::move(name)), image_(std::make_unique<Image>()) {
  silence_error_printing();
  const Handle access = checked(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, name_, "create the file");
  H5FD_file_image_callbacks_t callbacks = {Image::allocate, Image::copy,  Image::resize,
                                           Image::release,  Image::share, Image::keep,
                                           image_.get()};
  check(H5Pset_file_image_callbacks(access.get(), &callbacks), name_, "create the file");
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
  if (image_->data != nullptr && image_->bytes >= kEndOffset + 8) {
    const auto* bytes = static_cast<const unsigned char*>(image_->data);
    for (int i = 7; i >= 0; --i) end = end << 8 | bytes[kEndOffset + i];
  }
  if (end == 0 || end > image_->bytes) {
    throw ResultsError(name_ + ": HDF5 left no whole file in memory");
  }
  return {static_cast<const char*>(image_->data), end};
}

}  // namespace ptqbench::hdf5
