#include "harness/jobs/stop_signals.h"

#include <csignal>

#include "support/stop_request.h"

namespace ptqbench {

void stop_on_signals() {
  struct sigaction action {};
  action.sa_handler = [](int) { request_stop(); };
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGUSR1, &action, nullptr);
}

}  // namespace ptqbench
