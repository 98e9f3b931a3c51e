#include "harness/devices/placement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/parallel/local_communicator.h"
#include "support/error.h"

namespace ptqbench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

RankDevices sees(std::vector<std::string> cuda, int host = 0) {
  return {host, "node" + std::to_string(host), std::move(cuda), true, ""};
}

std::vector<std::string> place(const std::vector<RankDevices>& ranks,
                               const DeviceRequest& request) {
  std::vector<std::string> names;
  for (const auto& device : place_ranks(ranks, request)) names.push_back(device.str());
  return names;
}

std::string refusal(const std::vector<RankDevices>& ranks, const DeviceRequest& request) {
  try {
    place_ranks(ranks, request);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "placed";
}

TEST(Placement, RanksTakeTheDevicesOfTheirHostInOrder) {
  // As launchers deal ranks out: two hosts in turn.
  const auto a = sees({"0000:01", "0000:02"}, 0);
  const auto b = sees({"0000:01", "0000:02"}, 1);
  EXPECT_THAT(place({a, b, a, b}, {"auto", 1}),
              ElementsAre("cuda:0", "cuda:0", "cuda:1", "cuda:1"));
}

TEST(Placement, SeveralRanksShareADeviceWhereAskedFor) {
  const auto rank = sees({"0000:01", "0000:02"});
  EXPECT_THAT(place({rank, rank, rank, rank}, {"cuda", 2}),
              ElementsAre("cuda:0", "cuda:0", "cuda:1", "cuda:1"));
}

TEST(Placement, ADeviceOfItsOwnIsTakenByEachRank) {
  // As srun --gpus-per-task=1 shows them: each rank calls its device 0.
  EXPECT_THAT(place({sees({"0000:01"}), sees({"0000:02"}), sees({"0000:03"})}, {"cuda", 1}),
              ElementsAre("cuda:0", "cuda:0", "cuda:0"));
}

TEST(Placement, WithoutDevicesAutoMeansTheCpu) {
  EXPECT_THAT(place({sees({}), sees({})}, {"auto", 1}), ElementsAre("cpu", "cpu"));
}

TEST(Placement, CpuIsTheCpuEvenWithDevices) {
  EXPECT_THAT(place({sees({"0000:01"})}, {"cpu", 1}), ElementsAre("cpu"));
}

TEST(Placement, CudaWithoutADeviceIsRefusedSayingWhereAndWhy) {
  EXPECT_THAT(refusal({sees({"0000:01"}), sees({}, 1)}, {"cuda", 1}),
              HasSubstr("rank 1 on host node1 cannot use it: it sees no CUDA device"));
  auto broken = sees({});
  broken.cuda_problem = "driver too old";
  EXPECT_THAT(refusal({broken}, {"cuda", 1}), HasSubstr("CUDA says: driver too old"));
  auto without = sees({});
  without.built_with_cuda = false;
  EXPECT_THAT(refusal({without}, {"cuda", 1}), HasSubstr("built without CUDA"));
}

TEST(Placement, MoreRanksThanRoomIsRefusedWithWhatWouldFit) {
  const auto rank = sees({"0000:01", "0000:02"});
  const std::vector<RankDevices> five(5, rank);
  for (const char* device : {"auto", "cuda"}) {
    const auto message = refusal(five, {device, 2});
    EXPECT_THAT(message, HasSubstr("5 ranks on host node0 share 2 CUDA device(s)"));
    EXPECT_THAT(message, HasSubstr("at most 4 ranks"));
    EXPECT_THAT(message, HasSubstr("ranks_per_gpu: 3"));
  }
}

TEST(Placement, OneProcessIsPlaced) {
  LocalCommunicator alone;
  EXPECT_EQ(place_rank(alone, {"cpu", 1}), at::Device(at::kCPU));
}

}  // namespace
}  // namespace ptqbench
