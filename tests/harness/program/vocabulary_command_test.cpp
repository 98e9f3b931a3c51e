#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/harness/program/program.h"
#include "tests/helpers/files.h"
#include "tests/tasks/text/wordnet_files.h"

namespace ptqbench {
namespace {

using ::testing::HasSubstr;
using testing::ptqbench;
using ::testing::StartsWith;

TEST(VocabularyCommand, WritesOneTokenALine) {
  testing::TemporaryFolder folder;
  testing::write_wordnet(folder, "1 05 n 01 plover 0 000 | any of numerous birds\n");
  const auto built =
      ptqbench("vocabulary --root " + folder.path().string() + " --output " + folder.at("v.txt"));
  EXPECT_EQ(built.exit_code, 0) << built.output;
  EXPECT_THAT(testing::read_bytes(folder / "v.txt"),
              StartsWith("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n-\n?\n"));
}

TEST(VocabularyCommand, LeavesNoFileWhenSomethingIsWrong) {
  testing::TemporaryFolder folder;
  const auto missing =
      ptqbench("vocabulary --root " + folder.path().string() + " --output " + folder.at("v.txt"));
  EXPECT_EQ(missing.exit_code, 2);
  EXPECT_THAT(missing.output, HasSubstr("wordnet-base"));
  testing::write_wordnet(folder, "1 05 n 01 plover 0 000 | any of numerous birds\n");
  const auto small = ptqbench("vocabulary --size 20 --root " + folder.path().string() +
                              " --output " + folder.at("v.txt"));
  EXPECT_EQ(small.exit_code, 2);
  EXPECT_THAT(small.output, HasSubstr("expected at least"));
  EXPECT_FALSE(std::filesystem::exists(folder / "v.txt"));
}

}  // namespace
}  // namespace ptqbench
