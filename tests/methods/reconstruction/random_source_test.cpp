#include "methods/reconstruction/random_source.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <set>

#include "tests/helpers/expect_close.h"
#include "tests/helpers/keep_masks.h"

namespace ptqbench {
namespace {

using testing::all_slots;
using testing::mask_of;

TEST(PhiloxSource, SameKeySameNumbersAtAnyThreadCount) {
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const auto one = mask_of(PhiloxSource(7, "unit"), 3, 1, 0.3, all_slots(32), 1024);
  at::set_num_threads(3);
  const auto three = mask_of(PhiloxSource(7, "unit"), 3, 1, 0.3, all_slots(32), 1024);
  at::set_num_threads(threads);
  EXPECT_TRUE(testing::identical(one, three));
}

TEST(PhiloxSource, EverySeedUnitIterationAndPlaceHasItsOwnMask) {
  const auto mask = mask_of(PhiloxSource(7, "unit"), 3, 1, 0.5, all_slots(4), 64);
  EXPECT_FALSE(at::equal(mask, mask_of(PhiloxSource(8, "unit"), 3, 1, 0.5, all_slots(4), 64)));
  EXPECT_FALSE(at::equal(mask, mask_of(PhiloxSource(7, "unit2"), 3, 1, 0.5, all_slots(4), 64)));
  EXPECT_FALSE(at::equal(mask, mask_of(PhiloxSource(7, "unit"), 4, 1, 0.5, all_slots(4), 64)));
  EXPECT_FALSE(at::equal(mask, mask_of(PhiloxSource(7, "unit"), 3, 2, 0.5, all_slots(4), 64)));
}

TEST(PhiloxSource, AMaskOfSomeSlotsIsThoseRowsOfTheWholeMask) {
  const auto whole = mask_of(PhiloxSource(7, "unit"), 3, 1, 0.3, all_slots(8), 64);
  const auto some = mask_of(PhiloxSource(7, "unit"), 3, 1, 0.3, {1, 4, 6}, 64);
  EXPECT_TRUE(testing::identical(some, whole.index_select(0, at::tensor({1, 4, 6}))));
}

TEST(PhiloxSource, BatchesAreWithinThePopulationAndVary) {
  PhiloxSource random(1, "u");
  std::set<int64_t> seen;
  for (int64_t t = 0; t < 100; ++t) {
    for (const int64_t id : random.batch(t, 32, 50)) {
      ASSERT_GE(id, 0);
      ASSERT_LT(id, 50);
      seen.insert(id);
    }
  }
  EXPECT_EQ(seen.size(), 50U);
}

}  // namespace
}  // namespace ptqbench
