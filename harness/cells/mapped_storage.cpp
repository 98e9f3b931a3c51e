#include "harness/cells/mapped_storage.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <torch/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "support/error.h"

namespace ptqbench {
namespace {

/// A mapping of `bytes` bytes of a nameless file in `folder`.
void* map_new_file(const std::filesystem::path& folder, size_t bytes) {
  auto name = (folder / "streams-XXXXXX").string();
  const int file = mkstemp(name.data());
  const auto refuse = [&](int error) {
    throw IoError(fmt::format("cannot keep {} bytes of calibration streams in {}: {}", bytes,
                              folder.string(), std::strerror(error)));
  };
  if (file < 0) refuse(errno);
  unlink(name.c_str());
  // Reserves the room, so that a full disk is an error here and not a crash at some later write.
  const int full = posix_fallocate(file, 0, static_cast<off_t>(bytes));
  if (full != 0) {
    close(file);
    refuse(full);
  }
  void* data = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  const int error = errno;
  close(file);
  if (data == MAP_FAILED) refuse(error);
  return data;
}

}  // namespace

at::Tensor MappedStorage::allocate(int64_t samples, const at::Tensor& like) {
  const size_t bytes = stream_bytes(samples, like);
  if (bytes == 0) return MemoryStorage().allocate(samples, like);
  return tensor_over(map_new_file(folder_, bytes), samples, like,
                     [](void* held, size_t size) { munmap(held, size); });
}

}  // namespace ptqbench
