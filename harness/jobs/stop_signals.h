#pragma once

namespace ptqbench {

/// From now on SIGTERM and SIGUSR1 ask this process to stop (support/stop_request.h)
/// instead of ending it.
void stop_on_signals();

}  // namespace ptqbench
