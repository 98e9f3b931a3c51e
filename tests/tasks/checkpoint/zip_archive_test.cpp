#include "tasks/checkpoint/zip_archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/tasks/checkpoint/test_files.h"

namespace ptqbench {
namespace {

using ::testing::HasSubstr;

constexpr uint64_t kFourGiB = uint64_t{1} << 32;

/// The parts of an archive with one stored file "top/data.pkl" holding "hello", written out from
/// APPNOTE.TXT.
const std::string kName = "top/data.pkl";

std::string local_header(int method = 0) {
  return "PK\x03\x04" + little_endian(20, 2) + little_endian(0, 2) + little_endian(method, 2) +
         little_endian(0, 8) + little_endian(5, 4) + little_endian(5, 4) +
         little_endian(kName.size(), 2) + little_endian(3, 2) + kName + "pad";
}

std::string directory_header(uint64_t local_begin, const std::string& extra = "", int method = 0,
                             int flags = 0) {
  return "PK\x01\x02" + little_endian(20, 2) + little_endian(20, 2) + little_endian(flags, 2) +
         little_endian(method, 2) + little_endian(0, 8) + little_endian(5, 4) +
         little_endian(5, 4) + little_endian(kName.size(), 2) + little_endian(extra.size(), 2) +
         little_endian(0, 2) + little_endian(0, 8) + little_endian(local_begin, 4) + kName + extra;
}

std::string end_record(uint64_t directory_size, uint64_t directory_begin,
                       const std::string& comment = "") {
  return "PK\x05\x06" + little_endian(0, 4) + little_endian(1, 2) + little_endian(1, 2) +
         little_endian(directory_size, 4) + little_endian(directory_begin, 4) +
         little_endian(comment.size(), 2) + comment;
}

std::string archive(const std::string& directory, const std::string& comment = "") {
  const std::string content = local_header() + "hello";
  return content + directory + end_record(directory.size(), content.size(), comment);
}

class ZipArchiveTest : public ::testing::Test {
 protected:
  /// The content of "top/data.pkl" in an archive of these bytes.
  std::string content(const std::string& bytes) {
    write_bytes(folder_ / "zip", bytes);
    const InputFile file(folder_ / "zip");
    return content(file);
  }

  std::string content(const InputFile& file) {
    const ZipEntry entry = ZipArchive(file).find(kName);
    return SequentialReader(file, entry.begin, file.size()).text(entry.size);
  }

  TemporaryFolder folder_;
};

TEST_F(ZipArchiveTest, FindsAStoredFileBehindItsPadding) {
  EXPECT_EQ(content(archive(directory_header(0))), "hello");
  EXPECT_EQ(content(archive(directory_header(0), "a comment with PK inside")), "hello");
}

TEST_F(ZipArchiveTest, FolderIsWhatStandsBeforeTheEnding) {
  write_bytes(folder_ / "zip", archive(directory_header(0)));
  const InputFile file(folder_ / "zip");
  const ZipArchive zip(file);
  EXPECT_EQ(zip.folder_of("data.pkl"), "top/");
  EXPECT_EQ(zip.folder_of("constants.pkl"), std::nullopt);
  EXPECT_THAT(io_error_of([&] { zip.find("top/data/0"); }), HasSubstr("'top/data/0'"));
}

TEST_F(ZipArchiveTest, CompressedOrEncryptedFilesAreRefused) {
  EXPECT_THAT(io_error_of([&] { content(archive(directory_header(0, "", 8))); }),
              HasSubstr("compressed"));
  EXPECT_THAT(io_error_of([&] { content(archive(directory_header(0, "", 0, 1))); }),
              HasSubstr("encrypted"));
}

TEST_F(ZipArchiveTest, ReadsZip64RecordsBeyondFourGiB) {
  // The file is sparse: it takes no room on disk.
  const uint64_t local_begin = kFourGiB + 100;
  const std::string local = local_header() + "hello";
  // Another extension before the one that counts.
  const std::string extra = little_endian(0x5455, 2) + little_endian(2, 2) + "zz" +
                            little_endian(1, 2) + little_endian(8, 2) +
                            little_endian(local_begin, 8);
  const std::string directory = directory_header(0xffffffff, extra);
  const uint64_t directory_begin = local_begin + local.size();
  const std::string zip64_end =
      "PK\x06\x06" + little_endian(44, 8) + little_endian(0, 12) + little_endian(1, 8) +
      little_endian(1, 8) + little_endian(directory.size(), 8) + little_endian(directory_begin, 8);
  const std::string locator = "PK\x06\x07" + little_endian(0, 4) +
                              little_endian(directory_begin + directory.size(), 8) +
                              little_endian(1, 4);
  const auto path = folder_ / "large";
  write_bytes(path, "PK\x03\x04");
  std::filesystem::resize_file(path, local_begin);
  std::ofstream(path, std::ios::binary | std::ios::app)
      << local << directory << zip64_end << locator << end_record(0xffffffff, 0xffffffff);

  const InputFile file(path);
  EXPECT_EQ(ZipArchive(file).find(kName).begin, local_begin + local.size() - 5);
  EXPECT_EQ(content(file), "hello");
}

TEST_F(ZipArchiveTest, PlacesOutsideTheFileAreErrors) {
  EXPECT_THROW(content(archive(directory_header(1'000'000))), IoError);
  const std::string whole = local_header() + "hello" + directory_header(0);
  EXPECT_THROW(content(whole + end_record(0xffff, 0)), IoError);
  EXPECT_THROW(content(whole + end_record(10, 0xfffffff0)), IoError);
  EXPECT_THROW(content(whole), IoError);
}

}  // namespace
}  // namespace ptqbench
