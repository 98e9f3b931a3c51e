#include "harness/config/yaml_file.h"

#include "tests/harness/config/config_fixture.h"

namespace ptqbench {
namespace {

class YamlFile : public ConfigFiles {
 protected:
  YamlValue read(const std::string& path, const std::vector<std::string>& sets = {}) {
    Problems problems;
    auto root = load_yaml(path, sets, problems);
    problems.throw_if_any();
    return root;
  }
  std::string error(const std::string& path, const std::vector<std::string>& sets = {}) {
    return config_error([&] { read(path, sets); });
  }
};

TEST_F(YamlFile, TheIncludingFileWinsOverWhatItIncludes) {
  write("shared/base.yaml", "a: 1\nm: {x: 1, y: 2}\nl: [1, 2, 3]\n");
  write("second.yaml", "m: {x: 5, z: 6}\n");
  const auto path =
      write("top.yaml", "include: [shared/base.yaml, second.yaml]\nl: [9]\nm:\n  y: 7\n");
  const auto root = read(path);
  EXPECT_EQ(root.find("include"), nullptr);
  EXPECT_EQ(root.find("a")->value.text, "1");
  EXPECT_EQ(root.find("l")->value.items.size(), 1u);
  EXPECT_EQ(root.find("m")->value.find("x")->value.text, "5");
  EXPECT_EQ(root.find("m")->value.find("y")->value.text, "7");
  EXPECT_EQ(root.find("m")->value.find("z")->value.text, "6");
  EXPECT_EQ(to_string(root.find("a")->place), at("shared/base.yaml") + ":1");
}

TEST_F(YamlFile, IncludesAreRelativeToTheFileThatNamesThem) {
  write("shared/deep/leaf.yaml", "leaf: 1\n");
  write("shared/base.yaml", "include: deep/leaf.yaml\n");
  const auto root = read(write("top.yaml", "include: shared/base.yaml\n"));
  EXPECT_EQ(root.find("leaf")->value.text, "1");
}

TEST_F(YamlFile, BadIncludesAreReportedWhereTheyAreNamedAllAtOnce) {
  write("broken.yaml", "a: [1\n");
  const auto path =
      write("top.yaml", "include:\n  - missing.yaml\n  - broken.yaml\n  - [x]\n  - .\n");
  EXPECT_EQ(error(path), at("broken.yaml") + ":2: YAML syntax: end of sequence flow not found\n" +
                             path + ":2: include: " + at("missing.yaml") +
                             ": cannot be read: No such file or directory\n" + path +
                             ":4: include: expected a file name or a list of file names\n" + path +
                             ":5: include: " + at("") + ": expected a file, got a folder");
}

TEST_F(YamlFile, AnIncludeWhoseNameCannotBeLookedUpIsReportedAtItsLine) {
  const std::string name(300, 'a');
  const auto path = write("top.yaml", "x: 1\ninclude: " + name + "\n");
  EXPECT_EQ(error(path), path + ":2: include: " + at(name) + ": cannot be read: File name too long");
}

TEST_F(YamlFile, IncludesThatGoRoundInACircleAreAnError) {
  write("a.yaml", "include: b.yaml\n");
  write("b.yaml", "x: 1\ninclude: ./a.yaml\n");
  EXPECT_EQ(error(at("a.yaml")),
            at("b.yaml") + ":2: include: " + at("a.yaml") + " includes itself");
}

TEST_F(YamlFile, IncludesThatMultiplyAreStopped) {
  for (int i = 0; i < 15; ++i) {
    const auto next = "f" + std::to_string(i + 1) + ".yaml";
    write("f" + std::to_string(i) + ".yaml", "include: [" + next + ", " + next + "]\n");
  }
  write("f15.yaml", "x: 1\n");
  EXPECT_NE(error(at("f0.yaml")).find("more than 64 included files"), std::string::npos);
}

TEST_F(YamlFile, AFileThatCannotBeReadIsAnIoError) {
  EXPECT_THROW(read(at("none.yaml")), IoError);
  EXPECT_THROW(read(folder_.path().string()), IoError);
  EXPECT_THROW(read(write("large.yaml", "a: " + std::string(2 << 20, 'x'))), IoError);
}

TEST_F(YamlFile, TheTopMustBeAMap) {
  const auto path = write("list.yaml", "# list\n- a\n");
  EXPECT_EQ(error(path), path + ":2: expected a map of keys at the top");
}

TEST_F(YamlFile, KeysForAnchorsAreNotRead) {
  const auto root = read(write("a.yaml", "x-usual: &usual {a: 1}\nm: {<<: *usual, b: 2}\n"));
  EXPECT_EQ(root.find("x-usual"), nullptr);
  EXPECT_EQ(root.find("m")->value.find("a")->value.text, "1");
}

TEST_F(YamlFile, SetMakesAndReplacesValues) {
  const auto path = write("a.yaml", "a: 1\nm: {x: 1}\nempty:\n");
  const auto root = read(
      path, {"a=[1, 2]", "m.y=text", "m.x=2", "m.x=3", "new.deep.key=4", "empty.k=5", "eq=a=b"});
  EXPECT_EQ(root.find("a")->value.items.size(), 2u);
  EXPECT_EQ(root.find("m")->value.find("y")->value.text, "text");
  EXPECT_EQ(root.find("m")->value.find("x")->value.text, "3");
  EXPECT_EQ(root.find("new")->value.find("deep")->value.find("key")->value.text, "4");
  EXPECT_EQ(root.find("empty")->value.find("k")->value.text, "5");
  EXPECT_EQ(root.find("eq")->value.text, "a=b");
  EXPECT_EQ(to_string(root.find("m")->value.find("x")->place), "--set m.x=3");
}

TEST_F(YamlFile, SetWinsOverIncludes) {
  write("base.yaml", "m: {x: 1, y: 2}\n");
  const auto root = read(write("top.yaml", "include: base.yaml\nm: {x: 5}\n"), {"m.x=9"});
  EXPECT_EQ(root.find("m")->value.find("x")->value.text, "9");
  EXPECT_EQ(root.find("m")->value.find("y")->value.text, "2");
}

TEST_F(YamlFile, MalformedSetsSayWhatWasGiven) {
  const auto path = write("a.yaml", "a: 1\nl: [1]\n");
  EXPECT_EQ(error(path, {"novalue", "=3", "a..b=1", "include=x", "a.b=1", "l.x.y=1", "k=[1"}),
            "--set =3: expected key=value, such as settings.iterations=100\n"
            "--set a..b=1: expected key=value, such as settings.iterations=100\n"
            "--set a.b=1: a: is not a map (" +
                path +
                ":1), so it can only be set as a whole\n"
                "--set include=x: include: can only be given in a file\n"
                "--set k=[1: YAML syntax: end of sequence flow not found\n"
                "--set l.x.y=1: l: is not a map (" +
                path +
                ":2), so it can only be set as a whole\n"
                "--set novalue: expected key=value, such as settings.iterations=100");
}

}  // namespace
}  // namespace ptqbench
