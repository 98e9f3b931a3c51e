#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "support/process_identity.h"

namespace ptqbench {

/// Who uses a run directory.
struct LockOwner {
  std::string host;
  ProcessIdentity identity;
  /// ISO 8601, UTC.
  std::string since;
  /// Unlike that of any other owner.
  std::string token;
};

/// How long a lock lives without a sign of life, and how often its owner gives one.
struct LockTimes {
  std::chrono::milliseconds heartbeat = std::chrono::seconds(15);
  /// Longer than a network file system may show old times (a minute with NFS).
  std::chrono::milliseconds stale_after = std::chrono::minutes(3);
};

/// Keeps the run directory for one job: a file `lock` that names its owner and whose time a thread
/// renews. The file is made with O_EXCL, which is atomic on NFS (3 and later), Lustre and BeeGFS;
/// flock there depends on how they are mounted, and may hold on one host only. The lock of a job
/// that is gone is taken over: on the same host when its process is gone, from another host when it
/// has shown no sign of life for a while, by the file server's clock. A job that finds that its
/// lock was taken over, having been asleep, asks itself to stop.
class RunLock {
 public:
  /// Throws ConfigError naming the owner when the directory is in use, IoError when it cannot be
  /// locked.
  explicit RunLock(const std::filesystem::path& run_dir, const LockTimes& times = {});
  /// Releases the lock.
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

  /// Throws what the constructor would throw if the directory is in use now; changes nothing.
  static void check_free(const std::filesystem::path& run_dir, const LockTimes& times = {});
  /// Whether a job holds the directory now.
  static bool held(const std::filesystem::path& run_dir, const LockTimes& times = {});

 private:
  void beat();

  std::filesystem::path path_;
  LockTimes times_;
  std::string token_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool leaving_ = false;
  std::thread heart_;
};

}  // namespace ptqbench
