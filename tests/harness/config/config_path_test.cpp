#include "harness/config/config_path.h"

#include <cstdlib>

#include "tests/harness/config/config_fixture.h"

namespace ptqbench {
namespace {

class ConfigPath : public ConfigFiles {
 protected:
  void SetUp() override {
    ConfigFiles::SetUp();
    setenv("PTQBENCH_TEST_FOLDER", "/data/sets", 1);
    setenv("PTQBENCH_TEST_EMPTY", "", 1);
    unsetenv("PTQBENCH_TEST_UNSET");
  }
};

TEST_F(ConfigPath, ExpandsHomeAndVariables) {
  setenv("HOME", "/home/someone", 1);
  EXPECT_EQ(expand_variables("~/x"), "/home/someone/x");
  EXPECT_EQ(expand_variables("~"), "/home/someone");
  EXPECT_EQ(expand_variables("a/~/b~"), "a/~/b~");
  EXPECT_EQ(expand_variables("${PTQBENCH_TEST_FOLDER}/${PTQBENCH_TEST_FOLDER}x"),
            "/data/sets//data/setsx");
  EXPECT_EQ(expand_variables("$5 $$ $${A}"), "$5 $ ${A}");
}

TEST_F(ConfigPath, AnUnsetVariableIsAnError) {
  EXPECT_EQ(config_error([] { expand_variables("${PTQBENCH_TEST_UNSET}/x"); }),
            "environment variable 'PTQBENCH_TEST_UNSET' is not set");
  EXPECT_EQ(config_error([] { expand_variables("${PTQBENCH_TEST_EMPTY}/x"); }),
            "environment variable 'PTQBENCH_TEST_EMPTY' is not set");
  EXPECT_EQ(config_error([] { expand_variables("${PTQ"); }), "'${' without '}' in '${PTQ'");
}

TEST_F(ConfigPath, EscapedPathsExpandToThemselves) {
  for (const std::string path : {"/a/${HOME}", "/a/$$", "$", "/plain"}) {
    EXPECT_EQ(expand_variables(escape_variables(path)), path);
  }
}

TEST_F(ConfigPath, PathsAreRelativeToTheFileThatNamesThem) {
  Problems problems;
  const auto root = parse_yaml("- ../x.bin\n- /abs/./y\n- ${PTQBENCH_TEST_FOLDER}/z\n",
                               at("sub/a.yaml"), problems);
  const auto items = YamlReader(*root, "", problems).items();
  EXPECT_EQ(read_path(items[0]), folder_ / "x.bin");
  EXPECT_EQ(read_path(items[1]), "/abs/y");
  EXPECT_EQ(read_path(items[2]), "/data/sets/z");
  EXPECT_TRUE(problems.empty());
}

TEST_F(ConfigPath, PathsThatAreInNoFileAreRelativeToTheCurrentFolder) {
  Problems problems;
  const auto value = parse_yaml_at("x.bin", {"--set checkpoint=x.bin", 0, 0}, problems);
  EXPECT_EQ(read_path(YamlReader(*value, "", problems)), std::filesystem::current_path() / "x.bin");
}

TEST_F(ConfigPath, AnEmptyPathIsAProblem) {
  Problems problems;
  const auto value = parse_yaml("''", "a.yaml", problems);
  EXPECT_TRUE(read_path(YamlReader(*value, "root", problems)).empty());
  EXPECT_EQ(config_error([&] { problems.throw_if_any(); }),
            "a.yaml:1: root: expected a path, got ''");
}

}  // namespace
}  // namespace ptqbench
