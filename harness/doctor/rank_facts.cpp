#include "harness/doctor/rank_facts.h"

#include <unistd.h>

#include <nlohmann/json.hpp>

#ifdef PTQBENCH_WITH_NCCL
#include "harness/parallel/nccl_device_group.h"
#endif
#include "harness/devices/blas.h"
#include "harness/devices/cuda_devices.h"
#include "harness/devices/machine.h"
#include "harness/devices/placement.h"
#include "support/error.h"

namespace ptqbench {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RankFacts, host, host_name, device, memory_bytes, cores,
                                   launcher_cores, threads, reference_blas, versions)

namespace {

using Json = nlohmann::json;

int64_t physical_memory() {
  return static_cast<int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
}

void find_device(Communicator& communicator, const DeviceRequest& request, RankFacts& facts,
                 std::string& problem) {
  facts.device = "none";
  facts.memory_bytes = physical_memory();
  try {
    const auto device = place_rank(communicator, request);
    facts.device = device.str();
    if (!device.is_cuda()) return;
    const auto seen = cuda_state().devices.at(static_cast<size_t>(device.index()));
    facts.device += " " + seen.name;
    facts.memory_bytes = seen.memory_bytes;
  } catch (const ConfigError& error) {
    problem = error.what();
  }
}

}  // namespace

std::vector<RankFacts> gather_facts(Communicator& communicator, const RunSettings& settings,
                                    std::string* problem) {
  RankFacts facts;
  facts.host = communicator.host();
  facts.host_name = host_name();
  find_device(communicator, settings.device, facts, *problem);
  facts.cores = allowed_cores();
  facts.launcher_cores = launcher_cores();
  facts.threads = threads_for_rank(communicator, settings.threads);
  const auto blas = loaded_blas();
  facts.reference_blas = blas.reference;
  const auto found = versions();
  facts.versions = {{"ptqbench", found.at("program_version") + " " + found.at("code_version")},
                    {"LibTorch", found.at("torch_version")},
                    {"HDF5", found.at("hdf5_version")},
                    {"MPI", communicator.library()},
                    {"BLAS", blas.name}};
#ifdef PTQBENCH_WITH_NCCL
  facts.versions["NCCL"] = nccl_version();
#endif
  std::vector<RankFacts> all;
  const auto text = Json(facts).dump(-1, ' ', false, Json::error_handler_t::replace);
  for (const auto& each : gather_everywhere(communicator, text)) all.push_back(Json::parse(each));
  return all;
}

}  // namespace ptqbench
