#include "harness/parallel/communicator.h"

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <thread>

#include "harness/parallel/local_communicator.h"
#include "harness/parallel/mpi_communicator.h"

namespace ptqbench {
namespace {

/// Launchers tell their processes so in the environment.
bool started_by_launcher() {
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"}) {
    if (std::getenv(name) != nullptr) return true;
  }
  return false;
}

}  // namespace

std::string wait_for_text(Communicator& communicator) {
  while (true) {
    if (const auto arrived = communicator.poll()) return arrived->second;
    std::this_thread::sleep_for(kPollInterval);
  }
}

std::vector<std::string> gather_everywhere(Communicator& communicator, const std::string& text) {
  using Json = nlohmann::json;
  const auto all = communicator.gather(text);
  // Host names may be in any encoding, which JSON does not allow.
  return Json::parse(
      communicator.broadcast(Json(all).dump(-1, ' ', false, Json::error_handler_t::replace)));
}

std::unique_ptr<Communicator> make_communicator() {
  if (started_by_launcher()) return std::make_unique<MpiJob>();
  return std::make_unique<LocalCommunicator>();
}

}  // namespace ptqbench
