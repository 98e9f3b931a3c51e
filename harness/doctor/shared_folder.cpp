#include "harness/doctor/shared_folder.h"

#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include <chrono>
#include <fstream>
#include <random>
#include <thread>

#include "harness/config/memory_size.h"
#include "harness/devices/machine.h"

namespace ptqbench {
namespace {

namespace fs = std::filesystem;

/// Network file systems show a new file after their attribute cache expires.
constexpr int kTries = 20;
constexpr auto kWait = std::chrono::milliseconds(250);

bool write_text(const fs::path& file, const std::string& text) {
  std::ofstream stream(file);
  stream << text;
  stream.close();
  return !stream.fail();
}

bool shows(const fs::path& file, const std::string& text) {
  for (int attempt = 0; attempt < kTries; ++attempt) {
    std::ifstream stream(file);
    std::string read;
    if (stream && std::getline(stream, read) && read == text) return true;
    std::this_thread::sleep_for(kWait);
  }
  return false;
}

/// The folder and those above it that do not exist, the deepest first.
std::vector<fs::path> missing_folders(const fs::path& folder) {
  std::vector<fs::path> missing;
  std::error_code ignored;
  for (auto path = fs::absolute(folder); !fs::exists(path, ignored) && path.has_relative_path();
       path = path.parent_path())
    missing.push_back(path);
  return missing;
}

fs::path file_of(const fs::path& folder, const std::string& mark, int rank) {
  return folder / fmt::format(".doctor-{}-{}", mark, rank);
}

/// A sentence on what this rank cannot do; empty: nothing. `mark` is empty when rank 0 could not
/// write.
std::string try_folder(Communicator& communicator, const fs::path& folder,
                       const std::string& mark) {
  const int rank = communicator.rank();
  if (rank == 0 || mark.empty()) return "";
  const auto who = fmt::format("rank {} on {}", rank, host_name());
  if (!shows(file_of(folder, mark, 0), mark)) {
    return fmt::format(
        "{} does not see in {} what rank 0 writes there: not on a file system that both share", who,
        folder.string());
  }
  if (!write_text(file_of(folder, mark, rank), mark))
    return fmt::format("{} cannot write to {}", who, folder.string());
  return "";
}

}  // namespace

std::vector<std::string> check_shared_folder(Communicator& communicator, const fs::path& folder) {
  std::string mark;
  std::vector<fs::path> made;
  std::vector<std::string> problems;
  if (communicator.rank() == 0) {
    std::error_code error;
    made = missing_folders(folder);
    fs::create_directories(folder, error);
    mark = fmt::format("{:08x}{:08x}", std::random_device()(), std::random_device()());
    if (error || !write_text(file_of(folder, mark, 0), mark)) {
      problems.push_back(fmt::format("rank 0 on {} cannot write to {}{}", host_name(),
                                     folder.string(), error ? ": " + error.message() : ""));
      mark.clear();
    }
  }
  mark = communicator.broadcast(mark);
  const auto said = communicator.gather(try_folder(communicator, folder, mark));
  if (communicator.rank() != 0 || mark.empty()) return problems;
  std::error_code ignored;
  for (int rank = 0; rank < communicator.size(); ++rank) {
    const auto file = file_of(folder, mark, rank);
    const auto& problem = said[static_cast<size_t>(rank)];
    if (!problem.empty()) {
      problems.push_back(problem);
    } else if (!shows(file, mark)) {
      problems.push_back(fmt::format("rank 0 does not see in {} what rank {} writes there",
                                     folder.string(), rank));
    }
    fs::remove(file, ignored);
  }
  for (const auto& path : made) fs::remove(path, ignored);
  return problems;
}

std::string file_system_of(const fs::path& folder) {
  auto existing = fs::absolute(folder);
  std::error_code ignored;
  while (!fs::exists(existing, ignored) && existing.has_relative_path())
    existing = existing.parent_path();
  struct statfs kind {};
  struct statvfs room {};
  if (statfs(existing.c_str(), &kind) != 0 || statvfs(existing.c_str(), &room) != 0)
    return "not known";
  // Lustre's and GPFS's numbers are in no header of the system.
  constexpr unsigned long kLustre = 0x0BD00BD0;
  constexpr unsigned long kGpfs = 0x47504653;
  std::string name = fmt::format("type {:x}", static_cast<unsigned long>(kind.f_type));
  switch (static_cast<unsigned long>(kind.f_type)) {
    case NFS_SUPER_MAGIC:
      name = "NFS";
      break;
    case TMPFS_MAGIC:
      name = "tmpfs (memory of one host)";
      break;
    case EXT4_SUPER_MAGIC:
      name = "ext4";
      break;
    case XFS_SUPER_MAGIC:
      name = "XFS";
      break;
    case BTRFS_SUPER_MAGIC:
      name = "btrfs";
      break;
    case OVERLAYFS_SUPER_MAGIC:
      name = "overlay";
      break;
    case kLustre:
      name = "Lustre";
      break;
    case kGpfs:
      name = "GPFS";
      break;
    default:
      break;
  }
  return fmt::format(
      "{}, {} free", name,
      memory_size_text(static_cast<double>(room.f_bavail) * static_cast<double>(room.f_frsize)));
}

}  // namespace ptqbench
