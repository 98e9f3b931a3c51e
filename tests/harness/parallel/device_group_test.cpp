// Runs under mpirun with 1, 2 and 4 ranks, each of which is one member.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "harness/parallel/communicator.h"
#include "harness/parallel/rank_groups.h"
#include "support/error.h"
#include "support/stop_request.h"
#ifdef PTQBENCH_WITH_NCCL
#include "harness/parallel/nccl_device_group.h"
#endif

namespace ptqbench {
namespace {

/// The job, for all tests; MPI can be initialised once.
Communicator& job() {
  static const auto communicator = make_communicator();
  return *communicator;
}

int last_rank() { return job().size() - 1; }

TEST(DeviceGroup, AddsUpTensorsOfAnyTypeAndLayout) {
  const auto group = job().device_group(at::kCPU);
  const int rank = job().rank();
  EXPECT_EQ(group->member(), rank);
  EXPECT_EQ(group->size(), job().size());
  const auto mine = at::arange(24, at::kFloat).reshape({1, 2, 3, 4}) * (rank + 1);
  const auto floats = mine.contiguous(at::MemoryFormat::ChannelsLast).clone();
  const auto doubles = at::full({3}, 0.5 * rank, at::kDouble);
  const auto single = at::scalar_tensor(1, at::kDouble);
  group->sum({floats, doubles, single});
  const int size = job().size();
  const int all = size * (size + 1) / 2;
  EXPECT_TRUE(at::equal(floats, at::arange(24, at::kFloat).reshape({1, 2, 3, 4}) * all));
  EXPECT_TRUE(at::equal(doubles, at::full({3}, 0.5 * (all - size), at::kDouble)));
  EXPECT_EQ(single.item<double>(), size);
}

TEST(DeviceGroup, AllMembersGetTheSameBits) {
  const auto group = job().device_group(at::kCPU);
  at::manual_seed(static_cast<uint64_t>(job().rank()));
  const auto values = at::randn({100000});
  group->sum({values});
  const auto numbers = values.to(at::kDouble);
  const auto fingerprint = std::to_string((numbers * at::arange(100000)).sum().item<double>());
  for (const auto& other : gather_everywhere(job(), fingerprint)) EXPECT_EQ(other, fingerprint);
}

TEST(DeviceGroup, SharesFollowEachOtherAndDifferByOneAtMost) {
  const auto group = job().device_group(at::kCPU);
  const auto share = share_of(10, *group);
  const auto counts = sum_over(*group, {static_cast<double>(share.count())});
  EXPECT_EQ(counts.at(0), 10);
  EXPECT_LE(std::abs(static_cast<double>(share.count()) - 10.0 / job().size()), 1);
  if (job().rank() == 0) {
    EXPECT_EQ(share.first, 0);
  }
  if (job().rank() == last_rank()) {
    EXPECT_EQ(share.last, 10);
  }
}

TEST(DeviceGroup, AMemberThatFailsEndsTheWorkOfAllWithItsReason) {
  if (job().size() == 1) GTEST_SKIP() << "a group of one has no partner";
  const auto group = job().device_group(at::kCPU);
  group->begin();
  const auto values = at::ones({4});
  group->sum({values});
  if (job().rank() == last_rank()) {
    group->leave(DeviceGroup::Reason::kFailed, "out of memory");
  } else {
    try {
      group->sum({values});
      ADD_FAILURE() << "the sum lacks an addend";
    } catch (const PartnerLeft& error) {
      EXPECT_EQ(std::string(error.what()),
                "on device " + std::to_string(last_rank()) + " of the group: out of memory");
      group->leave(DeviceGroup::Reason::kFailed, error.what());
    }
  }
  // The next work begins together again.
  group->begin();
  group->sum({values});
  EXPECT_EQ(values[0].item<float>(), std::pow(job().size(), 2)) << "the sum that failed left it";
  group->conclude();
  group->leave(DeviceGroup::Reason::kFailed, "after the end: nobody is waiting");
}

TEST(DeviceGroup, AFailureAfterTheLastSumIsHeardAtTheConclusion) {
  if (job().size() == 1) GTEST_SKIP() << "a group of one has no partner";
  const auto group = job().device_group(at::kCPU);
  group->begin();
  if (job().rank() == 0) {
    group->leave(DeviceGroup::Reason::kFailed, "disk full");
  } else {
    EXPECT_THROW(group->conclude(), PartnerLeft);
  }
}

TEST(DeviceGroup, AMemberThatStopsStopsAll) {
  if (job().size() == 1) GTEST_SKIP() << "a group of one has no partner";
  const auto group = job().device_group(at::kCPU);
  group->begin();
  if (job().rank() == last_rank()) {
    group->leave(DeviceGroup::Reason::kStopped, "");
  } else {
    EXPECT_THROW(group->sum({at::ones({1})}), Stopped);
  }
}

TEST(RankGroups, LeadersHandOutAndMembersFollow) {
  const int64_t size = job().size() % 2 == 0 ? 2 : 1;
  const auto groups = form_groups(job(), size, at::kCPU);
  EXPECT_EQ(groups.members->size(), size);
  EXPECT_EQ(groups.devices->size(), size);
  EXPECT_EQ(groups.leads(), job().rank() % size == 0);
  std::vector<size_t> done;
  if (groups.leads()) {
    EXPECT_EQ(groups.leaders->size(), job().size() / size);
    EXPECT_EQ(groups.leaders->rank(), job().rank() / size);
    for (const size_t item : {7U, 3U}) {
      announce_item(*groups.members, item);
      done.push_back(item);
    }
    dismiss_members(*groups.members);
  } else {
    follow_leader(*groups.members, [&](size_t item) { done.push_back(item); });
  }
  EXPECT_THAT(done, ::testing::ElementsAre(7U, 3U));
}

TEST(RankGroups, RanksThatMakeNoWholeGroupsAreRefusedOnAll) {
  try {
    form_groups(job(), 3, at::kCPU);
    ADD_FAILURE() << "neither 1, 2 nor 4 is a multiple of 3";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("start a multiple of 3 ranks"));
  }
}

TEST(RankGroups, DevicesOfDifferentKindsAreRefusedOnAll) {
  if (job().size() == 1) GTEST_SKIP() << "a group of one has one device";
  const bool differs = job().rank() == last_rank();
  try {
    form_groups(job(), 2, at::Device(differs ? at::kCUDA : at::kCPU));
    ADD_FAILURE() << "the last group has a CPU and a CUDA device";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("would share a cell"));
  }
}

#ifdef PTQBENCH_WITH_NCCL

TEST(NcclDeviceGroup, IsLinked) {
  EXPECT_THAT(nccl_version(), ::testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+"));
}

TEST(NcclDeviceGroup, SaysOnAllMembersThatADeviceIsMissing) {
  if (job().size() == 1) GTEST_SKIP() << "a group of one needs no NCCL";
  if (at::hasCUDA()) GTEST_SKIP() << "there is a device";
  try {
    job().device_group(at::Device(at::kCUDA, 0));
    ADD_FAILURE() << "there is no device";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("NCCL cannot join"));
  }
}

TEST(NcclDeviceGroup, AddsUpOnTheDevices) {
  int devices = 0;
  if (cudaGetDeviceCount(&devices) != cudaSuccess) devices = 0;
  if (devices < job().size() || job().size() == 1)
    GTEST_SKIP() << "needs a CUDA device for each of at least two ranks, there are " << devices;
  const at::Device device(at::kCUDA, static_cast<at::DeviceIndex>(job().rank()));
  const auto group = job().device_group(device);
  const auto values = at::full({1000}, job().rank() + 1.0, at::dtype(at::kFloat).device(device));
  group->sum({values});
  const double all = job().size() * (job().size() + 1) / 2.0;
  EXPECT_TRUE(at::equal(values.cpu(), at::full({1000}, all, at::kFloat)));
}

#else

TEST(RankGroups, AGroupThatCannotBeMadeIsRefusedOnAll) {
  if (job().size() < 4) GTEST_SKIP() << "needs two groups";
  const bool in_last_group = job().rank() >= 2;
  try {
    form_groups(job(), 2, at::Device(in_last_group ? at::kCUDA : at::kCPU));
    ADD_FAILURE() << "NCCL is not there";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("built without NCCL"));
  }
}

TEST(DeviceGroup, RefusesCudaDevicesWithoutNccl) {
  if (job().size() == 1) GTEST_SKIP() << "a group of one needs no NCCL";
  try {
    job().device_group(at::Device(at::kCUDA, 0));
    ADD_FAILURE() << "NCCL is not there";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("built without NCCL"));
  }
}

#endif

}  // namespace
}  // namespace ptqbench

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  ptqbench::job();
  return RUN_ALL_TESTS();
}
