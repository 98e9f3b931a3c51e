#include "tasks/data/fashion_mnist.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>
#include <zlib.h>

#include "support/error.h"
#include "tests/tasks/data/fixtures.h"

namespace ptqbench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

void write_gzip(const std::filesystem::path& path, const std::vector<uint8_t>& bytes) {
  gzFile file = gzopen(path.c_str(), "wb");
  ASSERT_EQ(gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size())),
            static_cast<int>(bytes.size()));
  ASSERT_EQ(gzclose(file), Z_OK);
}

/// An idx file of the given type and sizes (below 256), followed by `count` values.
std::vector<uint8_t> idx(uint8_t type, const std::vector<uint8_t>& sizes, size_t count,
                         uint8_t value) {
  std::vector<uint8_t> bytes = {0, 0, type, static_cast<uint8_t>(sizes.size())};
  for (const uint8_t size : sizes) {
    bytes.resize(bytes.size() + 3);
    bytes.push_back(size);
  }
  bytes.resize(bytes.size() + count, value);
  return bytes;
}

/// A test split of two images, which a test then spoils.
class FashionMnistFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    write_images(idx(8, {2, 28, 28}, 2 * 784, 9));
    write_labels(idx(8, {2}, 2, 9));
  }
  void write_images(const std::vector<uint8_t>& bytes) {
    write_gzip(folder_ / "t10k-images-idx3-ubyte.gz", bytes);
  }
  void write_labels(const std::vector<uint8_t>& bytes) {
    write_gzip(folder_ / "t10k-labels-idx1-ubyte.gz", bytes);
  }
  void expect_error(const std::string& file, const std::string& reason) {
    EXPECT_THAT([&] { read_fashion_mnist(folder_.path(), "test"); },
                ThrowsMessage<IoError>(AllOf(HasSubstr(file), HasSubstr(reason))));
  }

  TemporaryFolder folder_;
};

TEST_F(FashionMnistFiles, AreReadWhenWellFormed) {
  const RawImages images = read_fashion_mnist(folder_.path(), "test");
  EXPECT_EQ(images.labels, (std::vector<uint8_t>{9, 9}));
  EXPECT_EQ(images.pixels, std::vector<uint8_t>(2 * 784, 9));
}

TEST_F(FashionMnistFiles, MissingNameTheDebianPackage) {
  std::filesystem::remove(folder_ / "t10k-labels-idx1-ubyte.gz");
  expect_error("t10k-labels-idx1-ubyte.gz", "dataset-fashion-mnist");
}

TEST_F(FashionMnistFiles, WithAnotherMagicNumberAreRefused) {
  write_images(idx(9, {2, 28, 28}, 2 * 784, 9));
  expect_error("t10k-images", "0 0 8 3");
  write_images(idx(8, {2}, 2, 9));
  expect_error("t10k-images", "0 0 8 3");
  write_images({0, 0, 8});
  expect_error("t10k-images", "0 0 8 3");
}

TEST_F(FashionMnistFiles, WithMoreOrFewerValuesThanAnnouncedAreRefused) {
  write_images(idx(8, {2, 28, 28}, 2 * 784 - 1, 9));
  expect_error("t10k-images", "2x28x28");
  write_images(idx(8, {2, 28, 28}, 2 * 784 + 1, 9));
  expect_error("t10k-images", "2x28x28");
}

TEST_F(FashionMnistFiles, AnnouncingAbsurdSizesAreRefused) {
  // 2^32-1 in each dimension overflows 64 bits.
  std::vector<uint8_t> bytes = {0, 0, 8, 3};
  bytes.resize(20, 0xff);
  write_images(bytes);
  expect_error("t10k-images", "4294967295x4294967295x4294967295");
}

TEST_F(FashionMnistFiles, OfOtherImageSizesOrCountsAreRefused) {
  write_images(idx(8, {2, 28, 27}, 2 * 28 * 27, 9));
  expect_error("t10k-images", "28x28");
  write_images(idx(8, {3, 28, 28}, 3 * 784, 9));
  expect_error("t10k-labels", "2 labels");
}

TEST_F(FashionMnistFiles, WithALabelBeyondTheClassesAreRefused) {
  write_labels(idx(8, {2}, 2, 10));
  expect_error("t10k-labels", "label 10 of sample 0");
}

TEST_F(FashionMnistFiles, CutOrDamagedAsGzipAreRefused) {
  const auto path = folder_ / "t10k-labels-idx1-ubyte.gz";
  const auto whole = read_bytes(path);
  for (size_t size = 1; size < whole.size(); ++size) {
    write_bytes(path, {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)});
    expect_error("t10k-labels", "");
  }
  auto damaged = whole;
  damaged[whole.size() - 6] ^= 1;  // In the checksum.
  write_bytes(path, damaged);
  expect_error("t10k-labels", "not a complete gzip file");
}

/// The installed data set; labels and sums of pixels were computed with numpy.
class FashionMnist : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(fashion_mnist_root() + "/t10k-labels-idx1-ubyte.gz")) {
      GTEST_SKIP() << "dataset-fashion-mnist is not installed";
    }
  }
};

int64_t pixel_sum(const RawImages& images, size_t index) {
  int64_t sum = 0;
  for (size_t i = 0; i < 784; ++i) sum += images.pixels[index * 784 + i];
  return sum;
}

TEST_F(FashionMnist, HasTheKnownTestSplit) {
  const RawImages images = read_fashion_mnist(fashion_mnist_root(), "test");
  ASSERT_EQ(images.labels.size(), 10000U);
  EXPECT_EQ(std::vector<uint8_t>(images.labels.begin(), images.labels.begin() + 10),
            (std::vector<uint8_t>{9, 2, 1, 1, 6, 1, 4, 6, 5, 7}));
  EXPECT_EQ(pixel_sum(images, 0), 33456);
  EXPECT_EQ(pixel_sum(images, 1), 100994);
  EXPECT_EQ(pixel_sum(images, 9999), 24390);
}

TEST_F(FashionMnist, HasTheKnownTrainingSplit) {
  const RawImages images = read_fashion_mnist(fashion_mnist_root(), "train");
  ASSERT_EQ(images.labels.size(), 60000U);
  EXPECT_EQ(std::vector<uint8_t>(images.labels.begin(), images.labels.begin() + 10),
            (std::vector<uint8_t>{9, 0, 0, 3, 0, 2, 7, 2, 5, 5}));
  EXPECT_EQ(pixel_sum(images, 0), 76247);
  EXPECT_EQ(pixel_sum(images, 59999), 16684);
}

TEST_F(FashionMnist, IsPaddedNormalisedAndGrey) {
  const auto dataset = make_dataset(DatasetOptions{}, "test");
  EXPECT_EQ(dataset->size(), 10000);
  EXPECT_EQ(dataset->classes(), 10);
  EXPECT_EQ(dataset->label(0), 9);
  EXPECT_EQ(dataset->sample_name(42), "test/42");
  const at::Tensor input = dataset->sample(0);
  ASSERT_EQ(input.sizes(), (std::vector<int64_t>{3, 32, 32}));
  // Pixels (12, 14) and (12, 20) of the first test image are 115 and 156; the margin is black.
  // Float rounding is below 1e-6 for values of this size.
  EXPECT_NEAR(input[0][14][16].item<double>(), (115 / 255.0 - 0.2860) / 0.3530, 1e-6);
  EXPECT_NEAR(input[2][14][22].item<double>(), (156 / 255.0 - 0.2860) / 0.3530, 1e-6);
  EXPECT_NEAR(input[1][1][31].item<double>(), -0.2860 / 0.3530, 1e-6);
  EXPECT_TRUE(at::equal(input[0], input[1]));
  EXPECT_TRUE(at::equal(input[0], input[2]));
  EXPECT_THROW(dataset->sample(10000), std::out_of_range);
}

}  // namespace
}  // namespace ptqbench
