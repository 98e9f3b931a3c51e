#include "support/data_folder.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "tests/helpers/files.h"

namespace ptqbench {
namespace {

/// Each test says itself what PTQBENCH_DATA is.
class DataFolder : public ::testing::Test {
 protected:
  void TearDown() override { unsetenv("PTQBENCH_DATA"); }
};

TEST_F(DataFolder, IsTheSystemsWhereNoneIsNamed) {
  unsetenv("PTQBENCH_DATA");
  EXPECT_EQ(data_folder("words", "/usr/share/words"), "/usr/share/words");
  setenv("PTQBENCH_DATA", "", 1);
  EXPECT_EQ(data_folder("words", "/usr/share/words"), "/usr/share/words");
}

TEST_F(DataFolder, IsTheNamedOnesWhereItHoldsTheDataSet) {
  const testing::TemporaryFolder folder;
  std::filesystem::create_directory(folder.path() / "words");
  setenv("PTQBENCH_DATA", folder.path().c_str(), 1);
  EXPECT_EQ(data_folder("words", "/usr/share/words"), (folder.path() / "words").string());
  EXPECT_EQ(data_folder("pictures", "/usr/share/pictures"), "/usr/share/pictures");
}

}  // namespace
}  // namespace ptqbench
