#include "methods/kernels/gather.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "methods/kernels/keep_mask.h"
#include "tests/helpers/expect_close.h"

namespace ptqbench {
namespace {

using testing::identical;

const std::vector<int64_t> kIds = {3, 0, 3};

at::Tensor expected_rows(const at::Tensor& source) {
  return source.index_select(0, at::tensor(kIds, at::kLong));
}

TEST(Gather, TakesRowsInOrderAndKeepsTheLayout) {
  for (const auto layout : {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast}) {
    const auto source = at::randn({5, 3, 4, 6}).contiguous(layout);
    const auto rows = gather({source, kIds});
    EXPECT_TRUE(identical(rows, expected_rows(source)));
    EXPECT_TRUE(rows.is_contiguous(layout));
  }
}

TEST(Gather, TakesIntegersAndRowsWithGaps) {
  const auto tokens = at::arange(20, at::kLong).reshape({5, 4});
  EXPECT_TRUE(at::equal(gather({tokens, kIds}), expected_rows(tokens)));
  const auto with_gaps = at::randn({5, 8}).slice(1, 0, 8, 2);
  EXPECT_TRUE(identical(gather({with_gaps, kIds}), expected_rows(with_gaps)));
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
  const auto mixed = gather_mix(quantized, full_precision, kIds, pack_mask(keep));
  EXPECT_TRUE(
      identical(mixed, at::where(keep, expected_rows(quantized), expected_rows(full_precision))));
}

INSTANTIATE_TEST_SUITE_P(Layouts, GatherMix,
                         ::testing::Combine(::testing::Values(at::MemoryFormat::Contiguous,
                                                              at::MemoryFormat::ChannelsLast),
                                            ::testing::Values(at::MemoryFormat::Contiguous,
                                                              at::MemoryFormat::ChannelsLast)));

TEST(RowPointers, PointAtTheRowsOrAreEmpty) {
  const auto source = at::randn({5, 3, 4, 6});
  const auto pointers = row_pointers({source, kIds}, at::empty({3, 3, 4, 6}));
  ASSERT_EQ(pointers.size(), kIds.size());
  EXPECT_EQ(pointers[1], source.data_ptr<float>());
  EXPECT_EQ(pointers[0], source.data_ptr<float>() + 3 * 72);
  const auto other_layout = at::empty({3, 3, 4, 6}).contiguous(at::MemoryFormat::ChannelsLast);
  EXPECT_TRUE(row_pointers({source, kIds}, other_layout).empty());
}

}  // namespace
}  // namespace ptqbench
