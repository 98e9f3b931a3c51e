#include "harness/devices/placement.h"

#include <ATen/Context.h>
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "harness/devices/cuda_devices.h"
#include "harness/devices/machine.h"
#include "support/error.h"

namespace ptqbench {
namespace {

using Json = nlohmann::json;

[[noreturn]] void refuse_without_device(const RankDevices& place, size_t rank) {
  const std::string why = !place.built_with_cuda       ? "this LibTorch is built without CUDA"
                          : place.cuda_problem.empty() ? "it sees no CUDA device"
                                                       : "CUDA says: " + place.cuda_problem;
  throw ConfigError(fmt::format("device is 'cuda', but rank {} on host {} cannot use it: {}", rank,
                                place.host_name, why));
}

[[noreturn]] void refuse_crowd(const RankDevices& place, size_t ranks,
                               const DeviceRequest& request) {
  const size_t devices = place.cuda.size();
  throw ConfigError(fmt::format(
      "{} ranks on host {} share {} CUDA device(s), and ranks_per_gpu is {}: start at "
      "most {} ranks there, or set 'ranks_per_gpu: {}' or 'device: cpu'",
      ranks, place.host_name, devices, request.ranks_per_gpu,
      static_cast<int64_t>(devices) * request.ranks_per_gpu, (ranks + devices - 1) / devices));
}

}  // namespace

std::vector<at::Device> place_ranks(const std::vector<RankDevices>& ranks,
                                    const DeviceRequest& request) {
  using Group = std::pair<int, std::vector<std::string>>;
  std::map<Group, size_t> sizes;
  for (const auto& place : ranks) ++sizes[{place.host, place.cuda}];
  std::map<Group, int64_t> placed;
  std::vector<at::Device> devices;
  for (size_t rank = 0; rank < ranks.size(); ++rank) {
    const auto& place = ranks[rank];
    if (request.device == "cuda" && place.cuda.empty()) refuse_without_device(place, rank);
    if (request.device == "cpu" || place.cuda.empty()) {
      devices.emplace_back(at::kCPU);
      continue;
    }
    const Group group{place.host, place.cuda};
    const int64_t number = placed[group]++ / request.ranks_per_gpu;
    if (number >= static_cast<int64_t>(place.cuda.size()))
      refuse_crowd(place, sizes[group], request);
    devices.emplace_back(at::kCUDA, static_cast<at::DeviceIndex>(number));
  }
  return devices;
}

RankDevices rank_devices(const Communicator& communicator) {
  const auto state = cuda_state();
  RankDevices place{communicator.host(), host_name(), {}, state.built, state.problem};
  for (const auto& device : state.devices) place.cuda.push_back(device.bus_id);
  return place;
}

at::Device place_rank(Communicator& communicator, const DeviceRequest& request) {
  const auto mine = rank_devices(communicator);
  const Json text = {mine.host, mine.host_name, mine.cuda, mine.built_with_cuda, mine.cuda_problem};
  std::vector<RankDevices> ranks;
  for (const auto& each :
       gather_everywhere(communicator, text.dump(-1, ' ', false, Json::error_handler_t::replace))) {
    const auto json = Json::parse(each);
    ranks.push_back({json.at(0), json.at(1), json.at(2), json.at(3), json.at(4)});
  }
  return place_ranks(ranks, request).at(static_cast<size_t>(communicator.rank()));
}

void prepare_device(const at::Device& device) {
  if (!device.is_cuda()) return;
  auto& context = at::globalContext();
  context.setAllowTF32CuDNN(false);
  context.setAllowTF32CuBLAS(false);
  context.setDeterministicCuDNN(true);
  context.setBenchmarkCuDNN(false);
}

}  // namespace ptqbench
