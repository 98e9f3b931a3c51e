#include "harness/commands/commands.h"
#include "harness/parallel/communicator.h"

namespace ptqbench {

Command on_rank_zero(const std::function<int()>& body) {
  return [body](Communicator& communicator) { return communicator.rank() == 0 ? body() : 0; };
}

}  // namespace ptqbench
