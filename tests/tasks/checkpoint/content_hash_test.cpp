#include "tasks/checkpoint/content_hash.h"

#include <gtest/gtest.h>

#include "tests/tasks/checkpoint/test_files.h"

namespace ptqbench {
namespace {

// The examples NIST publishes with FIPS 180-4.
TEST(ContentHash, MatchesThePublishedExamples) {
  EXPECT_EQ(sha256_text(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_text("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(ContentHash, OfAFileIsThatOfItsBytesAcrossChunks) {
  const TemporaryFolder folder;
  // One million 'a', the third published example, is just short of a chunk: three of them cross two
  // boundaries.
  const std::string million(1'000'000, 'a');
  write_bytes(folder / "million", million);
  EXPECT_EQ(sha256_file(folder / "million"),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  write_bytes(folder / "three", million + million + million);
  EXPECT_EQ(sha256_file(folder / "three"), sha256_text(million + million + million));
}

TEST(ContentHash, OfAMissingFileIsAnErrorNamingIt) {
  EXPECT_NE(io_error_of([] { sha256_file("/nowhere/file.bin"); }).find("/nowhere/file.bin"),
            std::string::npos);
}

}  // namespace
}  // namespace ptqbench
