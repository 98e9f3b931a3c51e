#include "harness/doctor/doctor_findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ptqbench {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

RankFacts rank(std::vector<int> cores, int64_t threads, int host = 0) {
  RankFacts facts;
  facts.host = host;
  facts.host_name = "node" + std::to_string(host);
  facts.cores = std::move(cores);
  facts.launcher_cores = {0, 1, 2, 3};
  facts.threads = threads;
  facts.versions = {{"BLAS", "OpenBLAS"}, {"LibTorch", "2.6.0"}};
  return facts;
}

TEST(DoctorFindings, RanksWithCoresOfTheirOwnAreFine) {
  EXPECT_THAT(doctor_findings({rank({0, 1}, 2), rank({2, 3}, 2)}), IsEmpty());
}

TEST(DoctorFindings, RanksThatShareAllCoresWithoutCrowdingAreFine) {
  const std::vector<int> all = {0, 1, 2, 3};
  EXPECT_THAT(doctor_findings({rank(all, 2), rank(all, 2)}), IsEmpty());
}

TEST(DoctorFindings, RanksBoundToOneCore) {
  EXPECT_THAT(doctor_findings({rank({1}, 1), rank({1}, 1)}),
              Contains(AllOf(HasSubstr("ranks 0, 1 on node0 (core(s) 1): all bound to one core"),
                             HasSubstr("--bind-to none"))));
}

TEST(DoctorFindings, EqualCoresOnDifferentHostsAreNotShared) {
  auto a = rank({0}, 1, 0);
  auto b = rank({0}, 1, 1);
  a.launcher_cores = b.launcher_cores = {0};
  EXPECT_THAT(doctor_findings({a, b}), IsEmpty());
}

TEST(DoctorFindings, MoreThreadsThanCores) {
  EXPECT_THAT(doctor_findings({rank({0, 1, 2, 3}, 8)}),
              ElementsAre(AllOf(HasSubstr("8 threads on 4 core(s)"), HasSubstr("threads: 4"))));
  const std::vector<int> all = {0, 1, 2, 3};
  EXPECT_THAT(doctor_findings({rank(all, 4), rank(all, 4)}),
              ElementsAre(AllOf(HasSubstr("8 threads on 4 core(s)"), HasSubstr("threads: 2"))));
}

TEST(DoctorFindings, MoreRanksThanCores) {
  EXPECT_THAT(doctor_findings(std::vector<RankFacts>(5, rank({0, 1, 2, 3}, 1))),
              ElementsAre(HasSubstr("more ranks than cores; start at most 4")));
}

TEST(DoctorFindings, CoresThatNoRankMayUse) {
  EXPECT_THAT(doctor_findings({rank({0}, 1), rank({1}, 1)}),
              ElementsAre(HasSubstr("node0 may run on 2 of the 4 cores")));
}

TEST(DoctorFindings, ReferenceBlasIsNamedWithItsPath) {
  auto facts = rank({0, 1, 2, 3}, 4);
  facts.reference_blas = true;
  facts.versions["BLAS"] = "/usr/lib/blas/libblas.so.3";
  EXPECT_THAT(doctor_findings({facts}),
              ElementsAre(AllOf(HasSubstr("rank 0"), HasSubstr("/usr/lib/blas/libblas.so.3"),
                                HasSubstr("OpenBLAS"))));
}

TEST(DoctorFindings, DifferentVersionsOnHosts) {
  const std::vector<int> all = {0, 1, 2, 3};
  auto other = rank(all, 4, 1);
  other.versions["LibTorch"] = "2.7.0";
  EXPECT_THAT(doctor_findings({rank(all, 4), other}),
              ElementsAre("LibTorch: '2.6.0' on node0, but '2.7.0' on node1 (rank 1): results may "
                          "differ"));
}

TEST(CoreRanges, AreShortAndComplete) {
  EXPECT_EQ(core_ranges({}), "");
  EXPECT_EQ(core_ranges({3}), "3");
  EXPECT_EQ(core_ranges({0, 1, 2, 5, 7, 8}), "0-2,5,7-8");
}

}  // namespace
}  // namespace ptqbench
