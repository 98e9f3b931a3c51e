#include "tasks/data/cifar10.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "support/error.h"
#include "tests/tasks/data/fixtures.h"

namespace ptqbench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

/// A record whose pixels are red, green and blue everywhere, but for a red value of 255 at row 1,
/// column 2.
std::vector<uint8_t> record(uint8_t label, uint8_t red, uint8_t green, uint8_t blue) {
  std::vector<uint8_t> bytes = {label};
  for (const uint8_t value : {red, green, blue}) bytes.insert(bytes.end(), 1024, value);
  bytes[1 + 32 + 2] = 255;
  return bytes;
}

DatasetOptions options_at(const TemporaryFolder& folder) {
  DatasetOptions options;
  options.name = "cifar10";
  options.root = folder.path().string();
  return options;
}

TEST(Cifar10, ReadsPlanesOfRedGreenAndBlue) {
  const TemporaryFolder folder;
  write_bytes(folder / "test_batch.bin", record(7, 51, 102, 153));
  DatasetOptions options = options_at(folder);
  options.mean = {0};
  options.std = {1};
  const auto dataset = make_dataset(options, "test");
  ASSERT_EQ(dataset->size(), 1);
  EXPECT_EQ(dataset->classes(), 10);
  EXPECT_EQ(dataset->label(0), 7);
  const at::Tensor input = dataset->sample(0);
  ASSERT_EQ(input.sizes(), (std::vector<int64_t>{3, 32, 32}));
  EXPECT_FLOAT_EQ(input[0][1][2].item<float>(), 1.0F);
  EXPECT_FLOAT_EQ(input[0][2][1].item<float>(), 0.2F);
  EXPECT_FLOAT_EQ(input[1][1][2].item<float>(), 0.4F);
  EXPECT_FLOAT_EQ(input[2][31][31].item<float>(), 0.6F);
}

TEST(Cifar10, NormalisesWithItsUsualStatistics) {
  const TemporaryFolder folder;
  write_bytes(folder / "test_batch.bin", record(0, 51, 102, 153));
  const at::Tensor input = make_dataset(options_at(folder), "test")->sample(0);
  EXPECT_NEAR(input[0][0][0].item<double>(), (0.2 - 0.4914) / 0.2470, 1e-6);
  EXPECT_NEAR(input[1][0][0].item<double>(), (0.4 - 0.4822) / 0.2435, 1e-6);
  EXPECT_NEAR(input[2][0][0].item<double>(), (0.6 - 0.4465) / 0.2616, 1e-6);
}

TEST(Cifar10, JoinsTheTrainingBatchesInOrder) {
  const TemporaryFolder folder;
  for (uint8_t batch = 1; batch <= 5; ++batch) {
    auto bytes = record(batch, batch, 0, 0);
    const auto second = record(9, batch, 0, 0);
    bytes.insert(bytes.end(), second.begin(), second.end());
    write_bytes(folder / ("data_batch_" + std::to_string(batch) + ".bin"), bytes);
  }
  const RawImages images = read_cifar10(folder.path(), "train");
  EXPECT_EQ(images.labels, (std::vector<uint8_t>{1, 9, 2, 9, 3, 9, 4, 9, 5, 9}));
  EXPECT_EQ(images.pixels.size(), 10U * 3072);
  EXPECT_EQ(images.pixels[5 * 3072], 3);
}

TEST(Cifar10, ContentKeyFollowsPixelsAndLabelsNotThePlace) {
  const auto key_of = [](const std::vector<uint8_t>& bytes) {
    const TemporaryFolder folder;
    write_bytes(folder / "test_batch.bin", bytes);
    return make_dataset(options_at(folder), "test")->content_key();
  };
  const auto key = key_of(record(7, 51, 102, 153));
  EXPECT_EQ(key.size(), 64U);
  EXPECT_EQ(key_of(record(7, 51, 102, 153)), key);
  EXPECT_NE(key_of(record(8, 51, 102, 153)), key);
  EXPECT_NE(key_of(record(7, 51, 102, 154)), key);
}

TEST(Cifar10, NamesAMissingFileAndTheLayout) {
  const TemporaryFolder folder;
  EXPECT_THAT(
      [&] { make_dataset(options_at(folder), "train"); },
      ThrowsMessage<IoError>(AllOf(HasSubstr("data_batch_1.bin"), HasSubstr("binary version"))));
}

TEST(Cifar10, RefusesFilesThatAreNotWholeRecords) {
  const TemporaryFolder folder;
  auto bytes = record(1, 0, 0, 0);
  bytes.pop_back();
  for (const auto& wrong : {bytes, std::vector<uint8_t>{}}) {
    write_bytes(folder / "test_batch.bin", wrong);
    EXPECT_THAT(
        [&] { make_dataset(options_at(folder), "test"); },
        ThrowsMessage<IoError>(AllOf(HasSubstr("test_batch.bin"), HasSubstr("multiple of 3073"))));
  }
}

TEST(Cifar10, RefusesALabelBeyondTheClasses) {
  const TemporaryFolder folder;
  auto bytes = record(9, 0, 0, 0);
  const auto second = record(10, 0, 0, 0);
  bytes.insert(bytes.end(), second.begin(), second.end());
  write_bytes(folder / "test_batch.bin", bytes);
  EXPECT_THAT([&] { make_dataset(options_at(folder), "test"); },
              ThrowsMessage<IoError>(
                  AllOf(HasSubstr("test_batch.bin"), HasSubstr("label 10 of record 1"))));
}

}  // namespace
}  // namespace ptqbench
