#include "results/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <random>
#include <string>
#include <system_error>
#include <utility>

#include "results/error.h"

namespace ptqbench {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, const char* action, int error) {
  throw ResultsError(fmt::format("{}: cannot {}: {}", path.string(), action,
                                 std::generic_category().message(error)));
}

/// An open file that is deleted again unless it was renamed.
class TemporaryFile {
 public:
  explicit TemporaryFile(const fs::path& target) : target_(target) {
    // Ranks on several machines may write to one folder, so a process id alone does not make the
    // name unique.
    std::random_device random;
    do {
      path_ = target.parent_path() /
              fmt::format(".{}.{}.{:08x}.tmp", target.filename().string(), getpid(), random());
      descriptor_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    } while (descriptor_ < 0 && errno == EEXIST);
    if (descriptor_ < 0) fail(target, "create it", errno);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (descriptor_ >= 0) close(descriptor_);
    if (!renamed_) unlink(path_.c_str());
  }

  void write_all(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail(target_, "write it", errno);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  void sync_and_rename() {
    if (fsync(descriptor_) != 0) fail(target_, "write it", errno);
    // A network file system may report a full disk only here.
    if (close(std::exchange(descriptor_, -1)) != 0) fail(target_, "write it", errno);
    if (std::rename(path_.c_str(), target_.c_str()) != 0) fail(target_, "rename it", errno);
    renamed_ = true;
  }

 private:
  fs::path target_;
  fs::path path_;
  int descriptor_ = -1;
  bool renamed_ = false;
};

/// Makes the rename itself survive a power cut.
void sync_folder(const fs::path& folder) {
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) fail(folder, "open the folder", errno);
  const int error = fsync(descriptor) == 0 ? 0 : errno;
  close(descriptor);
  // Some file systems cannot sync a folder and say so.
  if (error != 0 && error != EINVAL && error != ENOTSUP) fail(folder, "sync the folder", error);
}

}  // namespace

void write_file_atomically(const fs::path& path, std::string_view bytes) {
  TemporaryFile file(path);
  file.write_all(bytes);
  file.sync_and_rename();
  sync_folder(path.has_parent_path() ? path.parent_path() : fs::path("."));
}

}  // namespace ptqbench
