#include "tasks/data/picture_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <fstream>
#include <thread>

#include "support/data_error.h"
#include "tests/tasks/data/fixtures.h"

namespace ptqbench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class PictureCacheTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"a/photo_420.jpg", "a/stray_before_end.jpg", "b/rgb16.png"}) {
      const auto target = folder_ / "pictures/val" / name;
      std::filesystem::create_directories(target.parent_path());
      std::filesystem::copy_file(fixture(target.filename().string()), target);
    }
    options_.name = "image_folder";
    options_.root = (folder_ / "pictures").string();
    options_.resize = 32;
    options_.crop = 28;
  }
  std::unique_ptr<ImageDataset> open() const { return make_dataset(options_, "val"); }
  static const PictureDataset& pictures(const std::unique_ptr<ImageDataset>& data) {
    return dynamic_cast<const PictureDataset&>(*data);
  }
  std::vector<std::filesystem::path> files() const {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(cache_)) {
      if (entry.path().extension() != ".lock") found.push_back(entry.path());
    }
    return found;
  }

  TemporaryFolder folder_;
  std::filesystem::path cache_ = folder_ / "cache";
  DatasetOptions options_;
};

TEST_F(PictureCacheTest, SamplesAreThoseOfTheDataBitForBit) {
  const auto data = open();
  for (int time = 0; time < 2; ++time) {
    const CachedPictures cached(cache_, pictures(data), 3);
    ASSERT_EQ(cached.size(), 3);
    for (int64_t i = 0; i < 3; ++i) {
      EXPECT_TRUE(cached.sample(i).equal(data->sample(i)));
      EXPECT_EQ(cached.label(i), data->label(i));
      EXPECT_EQ(cached.sample_name(i), data->sample_name(i));
    }
    EXPECT_EQ(cached.content_key(), data->content_key());
  }
  EXPECT_EQ(files().size(), 1u);
}

TEST_F(PictureCacheTest, IsReadWithoutThePicturesOnceItIsThere) {
  const auto data = open();
  const auto expected = data->sample(0);
  { const CachedPictures cached(cache_, pictures(data), 3); }
  const CachedPictures cached(cache_, pictures(data), 3);
  std::filesystem::remove(folder_ / "pictures/val/a/photo_420.jpg");
  EXPECT_TRUE(cached.sample(0).equal(expected));
  EXPECT_THROW(data->sample(0), IoError);
}

TEST_F(PictureCacheTest, KeepsTheNotesOfTheOneWhoDecoded) {
  { const CachedPictures built(cache_, pictures(open()), 3); }
  const auto data = open();
  const CachedPictures cached(cache_, pictures(data), 3);
  cached.sample(1);
  EXPECT_THAT(data->notes(), ::testing::IsEmpty()) << "nothing was decoded";
  EXPECT_THAT(cached.notes(),
              ::testing::ElementsAre(HasSubstr("1 picture decoded with a warning")));
}

TEST_F(PictureCacheTest, AnotherTransformNumberOrFileIsAnotherCache) {
  const auto data = open();
  const auto path = picture_cache_file(cache_, pictures(data), 3).path;
  EXPECT_EQ(picture_cache_file(cache_, pictures(open()), 3).path, path);
  EXPECT_NE(picture_cache_file(cache_, pictures(data), 2).path, path);
  options_.interpolation = "bicubic";
  EXPECT_NE(picture_cache_file(cache_, pictures(open()), 3).path, path);
  options_.interpolation = "bilinear";
  // Normalization comes afterwards.
  options_.mean = {0.5};
  EXPECT_EQ(picture_cache_file(cache_, pictures(open()), 3).path, path);
  const auto picture = folder_ / "pictures/val/b/rgb16.png";
  std::filesystem::last_write_time(
      picture, std::filesystem::last_write_time(picture) + std::chrono::seconds(1));
  EXPECT_NE(picture_cache_file(cache_, pictures(open()), 3).path, path)
      << "a picture of the same size may be another";
}

TEST_F(PictureCacheTest, TellsItsSizeAndWhetherItIsThere) {
  const auto data = open();
  const auto before = picture_cache_file(cache_, pictures(data), 2);
  EXPECT_EQ(before.bytes, 2 * 28 * 28 * 3);
  EXPECT_FALSE(before.exists);
  const CachedPictures cached(cache_, pictures(data), 2);
  EXPECT_TRUE(picture_cache_file(cache_, pictures(data), 2).exists);
}

TEST_F(PictureCacheTest, ManyWhoComeAtOnceShareOneFile) {
  const auto data = open();
  const auto expected = data->sample(2);
  std::vector<std::thread> threads;
  std::vector<int> equal(8);
  for (size_t i = 0; i < equal.size(); ++i) {
    threads.emplace_back([&, i] {
      const CachedPictures cached(cache_, pictures(data), 3);
      equal[i] = cached.sample(2).equal(expected) ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_THAT(equal, ::testing::Each(1));
  EXPECT_EQ(files().size(), 1u) << "nothing half-written is left";
}

TEST_F(PictureCacheTest, DamageIsNoticed) {
  const auto data = open();
  { const CachedPictures cached(cache_, pictures(data), 3); }
  const auto path = files().at(0);
  auto bytes = read_bytes(path);
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  bytes[28 * 28 * 3 + 5] ^= 1;
  write_bytes(path, bytes);
  {
    const CachedPictures cached(cache_, pictures(data), 3);
    EXPECT_NO_THROW(cached.sample(0));
    EXPECT_THAT([&] { cached.sample(1); },
                ThrowsMessage<DataError>(AllOf(HasSubstr("picture 1, 'val/a/stray_before_end.jpg'"),
                                               HasSubstr("delete the file"))));
  }
  bytes[bytes.size() - 100] ^= 1;
  write_bytes(path, bytes);
  EXPECT_THAT([&] { CachedPictures(cache_, pictures(data), 3); },
              ThrowsMessage<DataError>(HasSubstr("another hash")));
  bytes.resize(100);
  write_bytes(path, bytes);
  EXPECT_THAT([&] { CachedPictures(cache_, pictures(data), 3); },
              ThrowsMessage<DataError>(HasSubstr("cut short")));
}

TEST_F(PictureCacheTest, APictureThatCannotBeDecodedLeavesNoFile) {
  const auto data = open();
  write_bytes(folder_ / "pictures/val/b/rgb16.png", {1, 2, 3});
  EXPECT_THAT([&] { CachedPictures(cache_, pictures(data), 3); },
              ThrowsMessage<DataError>(HasSubstr("rgb16.png")));
  EXPECT_THAT(files(), ::testing::IsEmpty());
}

}  // namespace
}  // namespace ptqbench
