#include "support/atomic_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "support/error.h"
#include "tests/helpers/files.h"

namespace ptqbench {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::read_bytes;
using testing::TemporaryFolder;
using ::testing::ThrowsMessage;
using testing::write_bytes;

/// Lets this process write files of at most `bytes`, as a full disk would, while it lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_ = {};
  void (*handler_)(int) = nullptr;
};

std::size_t entries(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST(AtomicFile, ReplacesWhatWasThere) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "file";
  write_file_atomically(path, "old and longer");
  write_file_atomically(path, "new");
  EXPECT_EQ(read_bytes(path), "new");
  EXPECT_EQ(entries(folder.path()), 1U);
}

TEST(AtomicFile, FullDiskKeepsTheOldFileAndLeavesNoTemporary) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "file";
  write_file_atomically(path, "old");
  {
    const FileSizeLimit limit(1000);
    const std::string bytes(5000, 'x');
    EXPECT_THAT([&] { write_file_atomically(path, bytes); },
                ThrowsMessage<IoError>(
                    ::testing::AllOf(HasSubstr(path.string()), HasSubstr("File too large"))));
  }
  EXPECT_EQ(read_bytes(path), "old");
  EXPECT_EQ(entries(folder.path()), 1U);
}

TEST(AtomicFile, FolderThatIsAFileIsAnError) {
  const TemporaryFolder folder;
  write_bytes(folder.path() / "file", "x");
  EXPECT_THAT([&] { write_file_atomically(folder.path() / "file" / "cell.h5", "x"); },
              ThrowsMessage<IoError>(HasSubstr("Not a directory")));
  EXPECT_THAT([&] { write_file_atomically(folder.path() / "absent" / "cell.h5", "x"); },
              ThrowsMessage<IoError>(HasSubstr("No such file or directory")));
}

TEST(AtomicFile, KilledWritersOfTheSameProcessNumberBlockNobody) {
  const TemporaryFolder folder;
  for (int counter = 0; counter < 100; ++counter)
    write_bytes(folder.path() /
                    (".file." + std::to_string(getpid()) + "." + std::to_string(counter) + ".tmp"),
                "x");
  write_file_atomically(folder.path() / "file", "new");
  EXPECT_EQ(read_bytes(folder.path() / "file"), "new");
}

TEST(AtomicFile, WhatAKilledWriterLeftIsRemovedAndNothingElse) {
  const TemporaryFolder folder;
  for (const char* name : {"cell.h5", ".hidden", ".cell.h5.12.tmp", "cell.h5.12.00000001.tmp"})
    write_bytes(folder.path() / name, "x");
  fs::create_directory(folder.path() / ".a.1.00000001.tmp");
  const pid_t child = fork();
  if (child == 0) {
    AtomicFile file(folder.path() / "cell.h5");
    file.write("half", 4);
    raise(SIGKILL);
  }
  waitpid(child, nullptr, 0);
  ASSERT_EQ(entries(folder.path()), 6U);
  EXPECT_EQ(remove_temporaries(folder.path()), 1);
  EXPECT_EQ(entries(folder.path()), 5U);
  EXPECT_EQ(read_bytes(folder.path() / "cell.h5"), "x");
  EXPECT_EQ(remove_temporaries(folder.path() / "absent"), 0);
}

TEST(AtomicFile, TargetThatIsAFolderLeavesNoTemporary) {
  const TemporaryFolder folder;
  fs::create_directory(folder.path() / "cell.h5");
  EXPECT_THROW(write_file_atomically(folder.path() / "cell.h5", "x"), IoError);
  EXPECT_EQ(entries(folder.path()), 1U);
}

}  // namespace
}  // namespace ptqbench
