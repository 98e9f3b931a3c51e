#include "methods/kernels/gather.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "methods/kernels/keep_mask.h"
#include "tests/helpers/expect_close.h"

namespace ptqbench {
namespace {

using testing::identical;

at::Tensor ids() { return at::tensor(std::vector<int64_t>{3, 0, 3}); }

at::Tensor expected_rows(const at::Tensor& source) {
  return source.index_select(0, ids());
}

TEST(Gather, TakesRowsInOrderAndKeepsTheLayout) {
  for (const auto layout : {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast}) {
    const auto source = at::randn({5, 3, 4, 6}).contiguous(layout);
    const auto rows = gather({source, ids()});
    EXPECT_TRUE(identical(rows, expected_rows(source)));
    EXPECT_TRUE(rows.is_contiguous(layout));
  }
}

TEST(Gather, TakesIntegersAndRowsWithGaps) {
  const auto tokens = at::arange(20, at::kLong).reshape({5, 4});
  EXPECT_TRUE(at::equal(gather({tokens, ids()}), expected_rows(tokens)));
  const auto with_gaps = at::randn({5, 8}).slice(1, 0, 8, 2);
  EXPECT_TRUE(identical(gather({with_gaps, ids()}), expected_rows(with_gaps)));
}

/// Layouts of the quantized and the full-precision source.
class GatherMix : public ::testing::TestWithParam<std::tuple<at::MemoryFormat, at::MemoryFormat>> {
};

TEST_P(GatherMix, TakesEachElementFromWhereTheMaskSays) {
  const auto [quantized_layout, full_precision_layout] = GetParam();
  // 78 elements a sample: two mask words and a rest.
  const auto quantized = at::randn({5, 3, 2, 13}).contiguous(quantized_layout);
  const auto full_precision = at::randn({5, 3, 2, 13}).contiguous(full_precision_layout);
  const auto keep = at::rand({3, 3, 2, 13}).lt(0.5).contiguous(quantized_layout);
  const auto mixed = gather_mix(quantized, full_precision, ids(), pack_mask(keep));
  EXPECT_TRUE(
      identical(mixed, at::where(keep, expected_rows(quantized), expected_rows(full_precision))));
}

INSTANTIATE_TEST_SUITE_P(Layouts, GatherMix,
                         ::testing::Combine(::testing::Values(at::MemoryFormat::Contiguous,
                                                              at::MemoryFormat::ChannelsLast),
                                            ::testing::Values(at::MemoryFormat::Contiguous,
                                                              at::MemoryFormat::ChannelsLast)));

TEST(RowsFit, WhereTheirSamplesLieInTheSameOrder) {
  const auto source = at::randn({5, 3, 4, 6});
  const auto channels_last = at::empty({3, 3, 4, 6}).contiguous(at::MemoryFormat::ChannelsLast);
  EXPECT_TRUE(rows_fit({source, ids()}, at::empty({3, 3, 4, 6})));
  EXPECT_FALSE(rows_fit({source, ids()}, channels_last));
  EXPECT_FALSE(rows_fit({source.to(at::kDouble), ids()}, at::empty({3, 3, 4, 6})));
}

}  // namespace
}  // namespace ptqbench
