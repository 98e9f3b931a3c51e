#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <random>

#include "tasks/checkpoint/checkpoint.h"
#include "tasks/checkpoint/content_hash.h"
#include "tests/tasks/checkpoint/test_files.h"

namespace ptqbench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr int kFlipsPerFile = 300;

TEST(LoadCheckpoint, HashIsThatOfTheFile) {
  for (const char* name : {"small.pth", "small_legacy.pth", "dtypes.safetensors"}) {
    EXPECT_EQ(load_checkpoint(fixture(name)).content_hash, sha256_text(read_bytes(fixture(name))));
  }
}

TEST(LoadCheckpoint, WhatIsNoCheckpointIsAnErrorNamingThePath) {
  const TemporaryFolder folder;
  write_bytes(folder / "empty", "");
  write_bytes(folder / "text", "this is not a checkpoint");
  write_bytes(folder / "zip", "PK\x03\x04 and no more");
  std::filesystem::create_directory(folder / "folder");
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  const std::pair<const char*, const char*> cases[] = {
      {"empty", "is empty"},          {"text", "no known checkpoint format"},
      {"zip", "cut short"},           {"folder", "is a folder"},
      {"pipe", "not a regular file"}, {"missing", "No such file"}};
  for (const auto& [name, problem] : cases) {
    const auto path = folder / name;
    EXPECT_THAT(io_error_of([&path = path] { load_checkpoint(path); }),
                AllOf(HasSubstr(path.string()), HasSubstr(problem)));
  }
}

/// Every fixture, sound or malicious.
std::vector<std::filesystem::path> all_fixtures() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(fixture(""))) {
    if (entry.path().extension() != ".py") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

/// Whether the file loads; anything it throws but an IoError naming the file fails the test.
bool loads(const std::filesystem::path& path) {
  try {
    load_checkpoint(path);
    return true;
  } catch (const IoError& error) {
    EXPECT_THAT(error.what(), HasSubstr(path.string()));
  } catch (const std::exception& error) {
    ADD_FAILURE() << "not an IoError: " << error.what();
  }
  return false;
}

TEST(LoadCheckpoint, FileCutAtAnyByteIsAnError) {
  const TemporaryFolder folder;
  const auto cut = folder / "cut";
  ASSERT_GE(all_fixtures().size(), 20u);
  for (const auto& original : all_fixtures()) {
    SCOPED_TRACE(original);
    std::filesystem::copy_file(original, cut, std::filesystem::copy_options::overwrite_existing);
    for (uint64_t size = std::filesystem::file_size(cut); size-- > 0;) {
      std::filesystem::resize_file(cut, size);
      ASSERT_FALSE(loads(cut)) << "cut to " << size << " bytes";
    }
  }
}

TEST(LoadCheckpoint, FlippedBytesNeverCrash) {
  const TemporaryFolder folder;
  std::mt19937 random(20240613);
  for (const auto& original : all_fixtures()) {
    SCOPED_TRACE(original);
    const std::string bytes = read_bytes(original);
    for (int i = 0; i < kFlipsPerFile; ++i) {
      std::string damaged = bytes;
      for (int flips = 1 + static_cast<int>(random() % 3); flips > 0; --flips) {
        damaged[random() % damaged.size()] = static_cast<char>(random());
      }
      write_bytes(folder / "damaged", damaged);
      loads(folder / "damaged");
    }
  }
}

}  // namespace
}  // namespace ptqbench
