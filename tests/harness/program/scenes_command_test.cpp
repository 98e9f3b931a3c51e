#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/harness/program/program.h"
#include "tests/tasks/detection/item_files.h"

namespace ptqbench {
namespace {

using ::testing::HasSubstr;
using testing::ptqbench;

TEST(ScenesCommand, WritesACocoFolder) {
  testing::TemporaryFolder folder;
  testing::write_items(folder, {{3, 20, 10}});
  const std::string command = "scenes " + folder.at("out") + " --root " + folder.path().string();
  const auto made = ptqbench(command + " --count 2 --seed 5 --split test");
  EXPECT_EQ(made.exit_code, 0) << made.output;
  EXPECT_TRUE(std::filesystem::exists(folder / "out/test/000002.png"));
  EXPECT_FALSE(std::filesystem::exists(folder / "out/test/000003.png"));
  EXPECT_THAT(testing::read_bytes(folder / "out/annotations/instances_test.json"),
              HasSubstr("Ankle boot"));

  const auto train = ptqbench(command + " --count 1 --split train");
  EXPECT_EQ(train.exit_code, 0) << "another split of the same folder: " << train.output;
  const auto again = ptqbench(command + " --split test");
  EXPECT_EQ(again.exit_code, 2);
  EXPECT_THAT(again.output, HasSubstr("is there already"));
}

TEST(ScenesCommand, NamesWhatIsWrong) {
  testing::TemporaryFolder folder;
  const auto split = ptqbench("scenes " + folder.at("out") + " --split tran");
  EXPECT_EQ(split.exit_code, 2);
  EXPECT_THAT(split.output, HasSubstr("did you mean 'train'"));
  EXPECT_FALSE(std::filesystem::exists(folder / "out"));
}

}  // namespace
}  // namespace ptqbench
