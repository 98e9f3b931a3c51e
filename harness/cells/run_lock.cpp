#include "harness/cells/run_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

#include "harness/devices/machine.h"
#include "support/error.h"
#include "support/stop_request.h"

namespace ptqbench {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// A takeover takes milliseconds; one that has lasted longer was killed.
constexpr auto kLongestTakeover = std::chrono::seconds(30);

std::string new_token() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

LockOwner this_owner() { return {host_name(), this_process(), utc_now(), new_token()}; }

std::string to_text(const LockOwner& owner) {
  return Json{{"host", owner.host},
              {"process", owner.identity.process},
              {"since", owner.since},
              {"boot", owner.identity.boot},
              {"start", owner.identity.start},
              {"token", owner.token}}
             .dump(1) +
         "\n";
}

/// Of a file that is being written, or was left half-written, everything is empty.
LockOwner from_text(const std::string& text) {
  try {
    const auto json = Json::parse(text);
    return {json.at("host"),
            {json.at("process"), json.at("boot"), json.at("start")},
            json.at("since"),
            json.at("token")};
  } catch (const Json::exception&) {
    return {};
  }
}

std::string read_text(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The time of a file's last change; none without the file.
std::optional<std::chrono::nanoseconds> change_time(const fs::path& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return std::nullopt;
  return std::chrono::seconds(info.st_mtim.tv_sec) + std::chrono::nanoseconds(info.st_mtim.tv_nsec);
}

[[noreturn]] void fail(const fs::path& path, const char* action, int error) {
  throw IoError(fmt::format("cannot {} {}: {}", action, path.string(), std::strerror(error)));
}

/// Makes the file if there is none; returns whether it did.
bool create(const fs::path& path, const std::string& text) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0 && errno == EEXIST) return false;
  if (file < 0) fail(path, "make", errno);
  const bool written = write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const int error = errno;
  close(file);
  if (written) return true;
  unlink(path.c_str());
  fail(path, "write", error);
}

/// The file server's time.
std::chrono::nanoseconds server_time(const fs::path& lock, const std::string& token) {
  const fs::path probe = lock.string() + "." + token;
  create(probe, "");
  const auto now = change_time(probe);
  unlink(probe.c_str());
  if (!now) fail(probe, "find", errno);
  return *now;
}

/// A lock that was found, and whether its owner still holds it.
struct FoundLock {
  LockOwner owner;
  std::string text;
  std::chrono::nanoseconds silence{};
  bool held = true;
};

std::optional<FoundLock> find_lock(const fs::path& path, const LockTimes& times) {
  const auto changed = change_time(path);
  if (!changed) return std::nullopt;
  FoundLock found;
  found.text = read_text(path);
  found.owner = from_text(found.text);
  found.silence = server_time(path, new_token()) - *changed;
  const auto owner = liveness(found.owner.identity);
  found.held = owner == Liveness::kElsewhere ? found.silence < times.stale_after
                                             : owner == Liveness::kRunning;
  return found;
}

[[noreturn]] void refuse(const fs::path& path, const FoundLock& found, const LockTimes& times) {
  const auto seconds = [](auto time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time).count();
  };
  throw ConfigError(fmt::format(
      "the run directory {} is in use by another job: host {}, process {}, since {} (last sign of "
      "life {} s ago); wait until it has ended. A job that is gone is noticed on its own host at "
      "once, from another one after {} s",
      path.parent_path().string(), found.owner.host.empty() ? "unknown" : found.owner.host,
      found.owner.identity.process, found.owner.since.empty() ? "unknown" : found.owner.since,
      seconds(found.silence), seconds(times.stale_after)));
}

/// Removes the lock if it is still stale. Several jobs may have found it so, and one may have made
/// its own since: whoever removes it holds a second file while it looks again. Does nothing while
/// another holds that.
void remove_stale(const fs::path& path, const LockTimes& times) {
  const fs::path guard = path.string() + ".takeover";
  if (!create(guard, "")) {
    const auto made = change_time(guard);
    if (made && server_time(path, new_token()) - *made > kLongestTakeover) unlink(guard.c_str());
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return;
  }
  const auto found = find_lock(path, times);
  if (found && !found->held) {
    fmt::print(stderr,
               "taking over the run directory from a job that is gone (host {}, process {}, since "
               "{})\n",
               found->owner.host, found->owner.identity.process, found->owner.since);
    unlink(path.c_str());
  }
  unlink(guard.c_str());
}

}  // namespace

RunLock::RunLock(const fs::path& run_dir, const LockTimes& times)
    : path_(run_dir / "lock"), times_(times) {
  const auto owner = this_owner();
  token_ = owner.token;
  while (!create(path_, to_text(owner))) {
    const auto found = find_lock(path_, times_);
    if (!found) continue;
    if (found->held) refuse(path_, *found, times_);
    remove_stale(path_, times_);
  }
  heart_ = std::thread([this] { beat(); });
}

RunLock::~RunLock() {
  {
    const std::lock_guard guard(mutex_);
    leaving_ = true;
  }
  wake_.notify_all();
  heart_.join();
  if (from_text(read_text(path_)).token == token_) unlink(path_.c_str());
}

void RunLock::beat() {
  std::unique_lock guard(mutex_);
  while (!wake_.wait_for(guard, times_.heartbeat, [this] { return leaving_; })) {
    // The server's clock, not this host's. A failure shows as silence.
    utimensat(AT_FDCWD, path_.c_str(), nullptr, 0);
    const auto owner = from_text(read_text(path_));
    if (owner.token.empty() || owner.token == token_) continue;
    fmt::print(stderr,
               "the run directory was taken over by another job (host {}, process {}), because "
               "this one showed no sign of life; stopping\n",
               owner.host, owner.identity.process);
    request_stop();
    return;
  }
}

void RunLock::check_free(const fs::path& run_dir, const LockTimes& times) {
  const auto path = run_dir / "lock";
  const auto found = find_lock(path, times);
  if (found && found->held) refuse(path, *found, times);
}

bool RunLock::held(const fs::path& run_dir, const LockTimes& times) {
  const auto found = find_lock(run_dir / "lock", times);
  return found && found->held;
}

}  // namespace ptqbench
