#include "harness/parallel/local_communicator.h"

#include <cstdlib>
#include <stdexcept>

namespace ptqbench {

void LocalCommunicator::send(int /*to*/, const std::string& /*text*/) {
  throw std::logic_error("a single process has nobody to send to");
}

void LocalCommunicator::abort(int exit_code) { std::exit(exit_code); }

}  // namespace ptqbench
