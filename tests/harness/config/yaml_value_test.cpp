#include "harness/config/yaml_value.h"

#include <gtest/gtest.h>

#include "support/error.h"
#include "tests/harness/config/config_fixture.h"

namespace ptqbench {
namespace {

/// The message of a text that cannot be parsed.
std::string parse_error(const std::string& text) {
  Problems problems;
  EXPECT_FALSE(parse_yaml(text, "a.yaml", problems).has_value());
  return config_error([&] { problems.throw_if_any(); });
}

TEST(YamlValue, RemembersWhereEverythingWasWritten) {
  Problems problems;
  const auto root = parse_yaml("# comment\na: 1\nb:\n  c: [x, y]\n", "a.yaml", problems);
  ASSERT_TRUE(root);
  EXPECT_TRUE(problems.empty());
  const auto& list = root->find("b")->value.find("c")->value;
  ASSERT_EQ(list.items.size(), 2u);
  EXPECT_EQ(list.items[1].text, "y");
  EXPECT_EQ(to_string(list.items[1].place), "a.yaml:4");
  EXPECT_EQ(list.items[1].place.column, 10);
  EXPECT_EQ(root->find("b")->value.find("c")->place.line, 4);
}

TEST(YamlValue, AnEmptyTextIsNull) {
  Problems problems;
  for (const char* text : {"", "# only a comment\n", "~\n", "---\n"}) {
    const auto root = parse_yaml(text, "a.yaml", problems);
    ASSERT_TRUE(root) << text;
    EXPECT_EQ(root->kind, YamlValue::Kind::kNull) << text;
  }
  EXPECT_TRUE(problems.empty());
}

TEST(YamlValue, AMissingValueIsNullAndPlacedAtItsKey) {
  Problems problems;
  const auto root = parse_yaml("a:\n\n\nb: 1\n", "a.yaml", problems);
  ASSERT_TRUE(root);
  EXPECT_EQ(root->find("a")->value.kind, YamlValue::Kind::kNull);
  EXPECT_EQ(root->find("a")->value.place.line, 1);
}

TEST(YamlValue, DuplicateKeysAreNotedAtEveryDepthAndTheFirstIsKept) {
  Problems problems;
  const auto root =
      parse_yaml("a: 1\nl:\n  - {x: 1}\n  - {x: 1, y: 2, x: 3}\na: 2\n", "a.yaml", problems);
  ASSERT_TRUE(root);
  EXPECT_EQ(root->find("a")->value.text, "1");
  EXPECT_EQ(config_error([&] { problems.throw_if_any(); }),
            "a.yaml:4: l[1].x: the key is given twice (first at a.yaml:4)\n"
            "a.yaml:5: a: the key is given twice (first at a.yaml:1)");
}

TEST(YamlValue, SyntaxErrorsSayTheLine) {
  EXPECT_EQ(parse_error("a: 1\nb: [1, 2\nc: 3\n"),
            "a.yaml:3: YAML syntax: end of sequence flow not found");
  EXPECT_EQ(parse_error("a: 1\n  b: 2\n"), "a.yaml:2: YAML syntax: illegal map value");
}

TEST(YamlValue, ASecondDocumentIsAnError) {
  EXPECT_EQ(parse_error("a: 1\n---\nb: 2\n"),
            "a.yaml:3: expected one YAML document, got another one here");
}

TEST(YamlValue, ControlCharactersAreAnError) {
  // yaml-cpp takes 0x04 for the end of the file.
  EXPECT_EQ(parse_error("a: 1\nb: \x04 2\n"), "a.yaml:2: control character 0x04 in the text");
  EXPECT_EQ(parse_error(std::string("a\0b", 3)), "a.yaml:1: control character 0x00 in the text");
}

TEST(YamlValue, KeysMustBeNames) {
  Problems problems;
  parse_yaml("a:\n  [1, 2]: x\n", "a.yaml", problems);
  EXPECT_EQ(config_error([&] { problems.throw_if_any(); }), "a.yaml:2: a: expected a name as key");
}

TEST(YamlValue, AliasesThatGrowOrLoopAreRefused) {
  std::string bomb = "l0: &l0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const auto previous = "*l" + std::to_string(i - 1);
    bomb += "l" + std::to_string(i) + ": &l" + std::to_string(i) + " [" + previous;
    for (int j = 0; j < 9; ++j) bomb += ", " + previous;
    bomb += "]\n";
  }
  EXPECT_NE(parse_error(bomb).find("more than 20000 values"), std::string::npos);
  EXPECT_NE(parse_error("a: &a {b: *a}\n").find("does an alias contain itself?"),
            std::string::npos);
}

TEST(YamlValue, DeepNestingIsRefused) {
  EXPECT_NE(parse_error(std::string(100, '[') + std::string(100, ']')).find("50 levels"),
            std::string::npos);
  EXPECT_FALSE(parse_error(std::string(100000, '[')).empty());
}

TEST(YamlValue, MergingReplacesAllButMaps) {
  Problems problems;
  auto base = *parse_yaml("s: 1\nl: [1, 2]\nm: {a: 1, b: 2}\nn: {x: 1}\n", "base", problems);
  merge_yaml(base, *parse_yaml("s: 5\nl: [3]\nm: {b: 7, c: 8}\nn: text\n", "over", problems));
  EXPECT_EQ(base.find("s")->value.text, "5");
  EXPECT_EQ(base.find("l")->value.items.size(), 1u);
  EXPECT_EQ(base.find("m")->value.find("a")->value.text, "1");
  EXPECT_EQ(base.find("m")->value.find("b")->value.text, "7");
  EXPECT_EQ(base.find("m")->value.find("c")->value.text, "8");
  EXPECT_EQ(base.find("n")->value.text, "text");
  EXPECT_EQ(to_string(base.find("m")->value.find("a")->place), "base:3");
  EXPECT_EQ(to_string(base.find("m")->value.find("b")->place), "over:3");
}

TEST(YamlValue, TabsAreNamed) {
  EXPECT_EQ(
      parse_error("a:\n  x: 1\n\ty: 2\n")
          .find(
              "a.yaml:3: YAML syntax: line 3 is indented with a tab, where YAML takes spaces only"),
      0u);
  EXPECT_NE(parse_error("a:\n\tx: 1\n  y: 2\n").find("line 2 is indented with a tab"),
            std::string::npos);
  EXPECT_EQ(parse_error("a: 1\n  b: 2\n\tc: 3\n"), "a.yaml:2: YAML syntax: illegal map value");
}

TEST(YamlValue, AnchorsAndMergeKeysAreTaken) {
  Problems problems;
  const auto root = parse_yaml(
      "base: &base {x: 1, y: 2}\nmore: &more {y: 5, z: 6}\none: {<<: *base, y: 3}\n"
      "all:\n  <<: [*base, *more]\n  w: 0\nsame: *more\n",
      "a.yaml", problems);
  ASSERT_TRUE(root);
  EXPECT_TRUE(problems.empty());
  const auto value = [&](const char* map, const char* key) {
    return root->find(map)->value.find(key)->value.text;
  };
  EXPECT_EQ(value("one", "x"), "1");
  EXPECT_EQ(value("one", "y"), "3");
  EXPECT_EQ(value("all", "y"), "2");
  EXPECT_EQ(value("all", "z"), "6");
  EXPECT_EQ(value("all", "w"), "0");
  EXPECT_EQ(value("same", "z"), "6");
  parse_yaml("a: {<<: 7}\n", "a.yaml", problems);
  EXPECT_EQ(config_error([&] { problems.throw_if_any(); }),
            "a.yaml:1: a: '<<' expects a map, or a list of maps");
}

}  // namespace
}  // namespace ptqbench
