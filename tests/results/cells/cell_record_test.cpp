#include "results/cells/cell_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/results/sample_cells.h"

namespace ptqbench {
namespace {

TEST(CellRecord, BitsLabelNamesWeightsThenActivations) {
  EXPECT_EQ(bits_label({2, 4}), "w2a4");
  EXPECT_EQ(bits_label({2, 4, 8}), "e8w2a4");
}

TEST(CellRecord, BitsAreOrderedFromEasyToHard) {
  std::vector<std::pair<int64_t, int64_t>> bits = {{2, 2}, {3, 3}, {8, 8}, {2, 4}, {4, 4}, {4, 2}};
  std::sort(bits.begin(), bits.end(), [](const auto& left, const auto& right) {
    return bits_before({left.first, left.second}, {right.first, right.second});
  });
  EXPECT_THAT(bits, ::testing::ElementsAre(std::pair(8, 8), std::pair(4, 4), std::pair(2, 4),
                                           std::pair(3, 3), std::pair(4, 2), std::pair(2, 2)));
}

TEST(CellRecord, OrderIsModelThenBitsThenMethodThenSeedThenFingerprint) {
  const std::vector<CellRecord> ordered = {
      simple_cell('5', "a", 4, 4, "brecq", 2, 0), simple_cell('4', "a", 2, 2, "brecq", 1, 0),
      simple_cell('1', "b", 4, 4, "brecq", 2, 0), simple_cell('0', "b", 4, 4, "qdrop", 1, 0),
      simple_cell('2', "b", 4, 4, "qdrop", 2, 0), simple_cell('3', "b", 4, 4, "qdrop", 2, 0)};
  for (std::size_t i = 0; i < ordered.size(); ++i) {
    for (std::size_t j = 0; j < ordered.size(); ++j) {
      EXPECT_EQ(record_before(ordered[i], ordered[j]), i < j) << i << ", " << j;
    }
  }
}

TEST(CellRecord, SettingTextKeepsEveryDigit) {
  EXPECT_EQ(setting_text(int64_t{-5}), "-5");
  EXPECT_EQ(setting_text(0.1), "0.1");
  EXPECT_EQ(setting_text(1.0 / 3.0), "0.3333333333333333");
  EXPECT_EQ(setting_text(true), "true");
  EXPECT_EQ(setting_text(std::string("mse")), "mse");
}

TEST(CellRecord, FingerprintIs64LowerCaseHexadecimalDigits) {
  EXPECT_TRUE(is_fingerprint(fingerprint_of('0').replace(0, 3, "9af")));
  EXPECT_FALSE(is_fingerprint(fingerprint_of('a') + "a"));
  EXPECT_FALSE(is_fingerprint(fingerprint_of('A')));
  EXPECT_FALSE(is_fingerprint(fingerprint_of('/')));
  EXPECT_FALSE(is_fingerprint(""));
}

}  // namespace
}  // namespace ptqbench
