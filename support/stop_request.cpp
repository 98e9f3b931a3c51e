#include "support/stop_request.h"

#include <atomic>

namespace ptqbench {
namespace {

// A process has one; signal handlers can reach nothing else.
std::atomic<bool> requested{false};
static_assert(std::atomic<bool>::is_always_lock_free, "it is set in signal handlers");

}  // namespace

void request_stop() noexcept { requested = true; }

bool stop_requested() noexcept { return requested; }

void check_stop() {
  if (stop_requested()) throw Stopped();
}

}  // namespace ptqbench
