#include "support/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <random>
#include <regex>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "support/error.h"

namespace ptqbench {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kLargestWrite = uint64_t{1} << 30;

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

std::string temporary_name(const std::string& name, int64_t process, uint32_t random) {
  return fmt::format(".{}.{}.{:08x}.tmp", name, process, random);
}

/// Whether temporary_name() makes such names.
bool is_temporary(const std::string& name) {
  static const std::regex pattern(R"(\..+\.[0-9]+\.[0-9a-f]{8}\.tmp)");
  return std::regex_match(name, pattern);
}

}  // namespace

AtomicFile::AtomicFile(const fs::path& path) : path_(path) {
  // Processes on several machines and in containers, where process numbers repeat, may write to one
  // folder, and killed ones leave files behind: only a random part makes the name unique.
  std::random_device random;
  do {
    temporary_ = folder_of(path) / temporary_name(path.filename().string(), getpid(), random());
    descriptor_ = open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  } while (descriptor_ < 0 && errno == EEXIST);
  if (descriptor_ < 0) {
    const int error = errno;
    temporary_.clear();
    fail("create it", error);
  }
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) close(descriptor_);
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

void AtomicFile::write(const void* bytes, uint64_t count) {
  const auto* source = static_cast<const char*>(bytes);
  while (count > 0) {
    const auto written = ::write(descriptor_, source, std::min(count, kLargestWrite));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write it", errno);
    source += written;
    count -= static_cast<uint64_t>(written);
  }
}

void AtomicFile::commit() {
  if (fsync(descriptor_) != 0) fail("write it", errno);
  // A network file system may report a full disk only here.
  if (close(std::exchange(descriptor_, -1)) != 0) fail("write it", errno);
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) fail("put it in place", errno);
  temporary_.clear();
  sync_folder();
}

/// Makes the rename itself survive a power cut.
void AtomicFile::sync_folder() const {
  const int folder = open(folder_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) fail("open its folder", errno);
  const int error = fsync(folder) == 0 ? 0 : errno;
  close(folder);
  // Some file systems cannot sync a folder and say so.
  if (error != 0 && error != EINVAL && error != ENOTSUP) fail("sync its folder", error);
}

void AtomicFile::fail(const char* action, int error) const {
  throw IoError(fmt::format("{}: cannot {}: {}", path_.string(), action,
                            std::generic_category().message(error)));
}

void write_file_atomically(const fs::path& path, std::string_view bytes) {
  AtomicFile file(path);
  file.write(bytes.data(), bytes.size());
  file.commit();
}

int64_t remove_temporaries(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::error_code ignored;
    if (is_temporary(entry->path().filename().string()) && entry->is_regular_file(ignored))
      found.push_back(entry->path());
  }
  return std::count_if(found.begin(), found.end(), [](const fs::path& path) {
    std::error_code stays;
    return fs::remove(path, stays);
  });
}

}  // namespace ptqbench
