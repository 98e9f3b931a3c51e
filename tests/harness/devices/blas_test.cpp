#include "harness/devices/blas.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

namespace ptqbench {
namespace {

TEST(Blas, HasAName) { EXPECT_FALSE(loaded_blas().name.empty()); }

TEST(Blas, TakesNoMoreThreadsThanItIsTold) {
  for (const int64_t threads : {1, 2, 1}) {
    set_threads(threads);
    EXPECT_EQ(at::get_num_threads(), threads);
    // 0: a library that does not say.
    const int64_t of_blas = loaded_blas().threads;
    EXPECT_TRUE(of_blas == threads || of_blas == 0) << of_blas;
  }
}

}  // namespace
}  // namespace ptqbench
