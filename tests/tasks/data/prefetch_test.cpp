#include "tasks/data/prefetch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <atomic>
#include <chrono>
#include <numeric>
#include <stdexcept>
#include <thread>

#include "support/error.h"
#include "tasks/data/batch.h"

namespace ptqbench {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

/// Sample i is filled with i. Even ones take longer, so that threads finish out of order.
class NumberedImages : public ImageDataset {
 public:
  explicit NumberedImages(int64_t size) : size_(size) {}

  int64_t size() const override { return size_; }
  int64_t classes() const override { return 10; }
  int64_t label(int64_t index) const override {
    if (index >= size_) throw std::out_of_range("no sample " + std::to_string(index));
    return index % 10;
  }
  std::string sample_name(int64_t index) const override { return std::to_string(index) + ".jpg"; }
  at::Tensor sample(int64_t index) const override {
    int64_t seen = highest_asked_;
    while (seen < index && !highest_asked_.compare_exchange_weak(seen, index)) {
    }
    if (index % 2 == 0) std::this_thread::sleep_for(std::chrono::microseconds(300));
    if (index == bad_ || index == also_bad_) throw IoError(sample_name(index) + ": corrupt");
    return at::full({3, 4, index == odd_one_ ? 6 : 5}, static_cast<double>(index));
  }

  std::string content_key() const override { return "numbers"; }

  int64_t bad_ = -1;
  int64_t also_bad_ = -1;
  int64_t odd_one_ = -1;
  mutable std::atomic<int64_t> highest_asked_{-1};

 private:
  int64_t size_;
};

std::vector<int64_t> backwards(int64_t count) {
  std::vector<int64_t> indices(static_cast<size_t>(count));
  std::iota(indices.rbegin(), indices.rend(), 0);
  return indices;
}

std::vector<int64_t> forwards(int64_t count) {
  std::vector<int64_t> indices(static_cast<size_t>(count));
  std::iota(indices.begin(), indices.end(), 0);
  return indices;
}

TEST(PrefetchingLoader, GivesTheBatchesInOrderWhateverTheThreads) {
  const NumberedImages data(23);
  const auto indices = backwards(23);
  for (const int threads : {1, 4}) {
    for (const int64_t ahead : {1, 3, 100}) {
      PrefetchingLoader loader(data, indices, {5, threads, ahead});
      for (size_t first = 0; first < indices.size(); first += 5) {
        const std::vector<int64_t> part(indices.begin() + first,
                                        indices.begin() + std::min<size_t>(first + 5, 23));
        const auto batch = loader.next();
        ASSERT_TRUE(batch.has_value());
        EXPECT_TRUE(at::equal(batch->inputs, load_inputs(data, part)));
        EXPECT_TRUE(at::equal(batch->labels, load_labels(data, part)));
      }
      EXPECT_FALSE(loader.next().has_value());
      EXPECT_FALSE(loader.next().has_value());
    }
  }
}

TEST(PrefetchingLoader, WorksAheadOnlyAsFarAsAllowed) {
  const NumberedImages data(100);
  PrefetchingLoader loader(data, forwards(100), {4, 3, 2});
  for (int64_t taken = 1; taken <= 25; ++taken) {
    ASSERT_TRUE(loader.next().has_value());
    // However long the caller computes.
    if (taken % 8 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    EXPECT_LT(data.highest_asked_, (taken + 2) * 4);
  }
}

TEST(PrefetchingLoader, WorksAheadWhileTheCallerComputes) {
  const NumberedImages data(100);
  PrefetchingLoader loader(data, forwards(100), {4, 2, 3});
  // Without being asked for a batch; generous, since the machine may be busy.
  for (int i = 0; i < 2000 && data.highest_asked_ < 11; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_EQ(data.highest_asked_, 11);
}

TEST(PrefetchingLoader, AnUnreadableSampleIsNamedAtItsBatch) {
  NumberedImages data(40);
  data.bad_ = 14;  // Slow, so that the later one fails first.
  data.also_bad_ = 15;
  PrefetchingLoader loader(data, forwards(40), {8, 4, 4});
  EXPECT_TRUE(loader.next().has_value());
  EXPECT_THAT([&] { loader.next(); }, ThrowsMessage<IoError>(HasSubstr("14.jpg: corrupt")));
  EXPECT_FALSE(loader.next().has_value());
}

TEST(PrefetchingLoader, AnUnreadableFirstSampleIsReportedAtOnce) {
  NumberedImages data(4);
  data.bad_ = 0;
  EXPECT_THAT(
      [&] {
        PrefetchingLoader(data, forwards(4), {2, 2, 2});
      },
      ThrowsMessage<IoError>(HasSubstr("0.jpg: corrupt")));
}

TEST(PrefetchingLoader, AnIndexThatIsNoSampleIsAnErrorOfItsBatch) {
  const NumberedImages data(8);
  PrefetchingLoader loader(data, {0, 1, 2, 9}, {2, 3, 2});
  EXPECT_TRUE(loader.next().has_value());
  EXPECT_THROW(loader.next(), std::out_of_range);
  EXPECT_FALSE(loader.next().has_value());
}

TEST(PrefetchingLoader, ASampleOfAnotherShapeIsNamed) {
  NumberedImages data(8);
  data.odd_one_ = 3;
  PrefetchingLoader loader(data, forwards(8), {8, 2, 1});
  EXPECT_THAT([&] { loader.next(); },
              ThrowsMessage<IoError>(HasSubstr("'3.jpg' has another shape than '0.jpg'")));
}

TEST(PrefetchingLoader, CanBeLeftEarlyAndHasNothingForNoSamples) {
  const NumberedImages data(1000);
  { PrefetchingLoader loader(data, forwards(1000), {4, 3, 2}); }
  {
    PrefetchingLoader loader(data, forwards(1000), {4, 3, 2});
    loader.next();
  }
  EXPECT_FALSE(PrefetchingLoader(data, {}, {4, 3, 2}).next().has_value());
  EXPECT_THROW(PrefetchingLoader(data, forwards(3), {0, 1, 1}), std::invalid_argument);
}

}  // namespace
}  // namespace ptqbench
