#include "harness/plan/sample_ids.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/error.h"
#include "tests/helpers/files.h"

namespace ptqbench {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TemporaryFolder;
using ::testing::ThrowsMessage;

class SampleIds : public ::testing::Test {
 protected:
  /// Of ten samples.
  std::vector<int64_t> read(const std::string& text, int64_t count) {
    return read_sample_ids(folder_.write("ids.txt", text), 10, count);
  }

  TemporaryFolder folder_;
};

TEST_F(SampleIds, WhatIsWrittenIsRead) {
  CellRecord record;
  record.dataset = "fashion_mnist";
  record.seed = 3;
  record.settings = {{"dataset.calibration_split", std::string("train")}};
  record.calibration_ids = {9, 0, 4};
  const auto text = sample_ids_text(record);
  EXPECT_EQ(text, "# 3 calibration samples of fashion_mnist, split train, seed 3\n9\n0\n4\n");
  EXPECT_THAT(read(text, 3), ElementsAre(9, 0, 4));
}

TEST_F(SampleIds, CommentsBlanksAndForeignLineEndsAreSkipped) {
  EXPECT_THAT(read("# mine\r\n\r\n  7  # the shoe\r\n2\r\n", 2), ElementsAre(7, 2));
}

TEST_F(SampleIds, EverythingWrongIsReportedWithFileAndLine) {
  EXPECT_THAT(
      [&] { read("1\nabc\n10\n-1\n1\n3 4\n99999999999999999999\n", 7); },
      ThrowsMessage<ConfigError>(AllOf(HasSubstr("ids.txt:2: expected one sample id, not 'abc'"),
                                       HasSubstr("ids.txt:3: 10 is no sample; there are 0 to 9"),
                                       HasSubstr("ids.txt:4: -1 is no sample"),
                                       HasSubstr("ids.txt:5: 1 is listed twice, first in line 1"),
                                       HasSubstr("ids.txt:6: expected one sample id, not '3 4'"),
                                       HasSubstr("ids.txt:7: expected one sample id"))));
}

TEST_F(SampleIds, TheCountIsThatOfTheSetting) {
  EXPECT_THAT(
      [&] { read("1\n2\n", 3); },
      ThrowsMessage<ConfigError>(HasSubstr("ids.txt: holds 2 ids, but calibration_samples is 3")));
  EXPECT_THAT([&] { read("", 3); }, ThrowsMessage<ConfigError>(HasSubstr("holds 0 ids")));
}

TEST_F(SampleIds, AMissingFileIsNamed) {
  EXPECT_THAT([&] { read_sample_ids(folder_ / "nowhere.txt", 10, 1); },
              ThrowsMessage<IoError>(HasSubstr("nowhere.txt")));
}

TEST_F(SampleIds, ACellThatGotNoSamplesHasNone) {
  EXPECT_THROW(sample_ids_text(CellRecord()), ConfigError);
}

}  // namespace
}  // namespace ptqbench
