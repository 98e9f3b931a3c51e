#pragma once

#include <cstdint>
#include <string>

namespace ptqbench {

/// A process among those of all hosts, containers and boots, in which process numbers repeat.
struct ProcessIdentity {
  int64_t process = 0;
  /// The boot of the host and the namespace that its process numbers are of.
  std::string boot;
  /// When the process started, in ticks since the boot (proc(5), field 22 of stat).
  std::string start;
};

/// A process of this host. One that is not there has no `start`.
ProcessIdentity process_identity(int64_t process);
ProcessIdentity this_process();

/// What can be said of a process from here.
enum class Liveness {
  kRunning,
  /// It has ended; one that is dead and not yet collected by its parent has, too.
  kGone,
  /// Its numbers are not of this host, boot and namespace.
  kElsewhere
};

Liveness liveness(const ProcessIdentity& identity);

}  // namespace ptqbench
