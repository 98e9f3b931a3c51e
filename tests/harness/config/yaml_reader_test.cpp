#include "harness/config/yaml_reader.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/harness/config/config_fixture.h"

namespace ptqbench {
namespace {

/// A parsed text and the problems found in reading it.
struct Text {
  explicit Text(const std::string& text) : root(parse_yaml(text, "a.yaml", problems).value()) {}

  YamlReader reader() { return YamlReader(root, "", problems); }
  YamlReader value(const std::string& key) { return YamlMapReader(reader()).optional(key).value(); }
  std::string error() {
    return config_error([this] { problems.throw_if_any(); });
  }

  Problems problems;
  YamlValue root;
};

TEST(YamlReader, ReadsTypedValues) {
  Text text("i: -42\nd: 2.5e-3\nw: 3\nb: true\ns: some text\nq: '7'\nz: -0.0\nempty: ''\n");
  EXPECT_EQ(text.value("i").integer(), -42);
  EXPECT_EQ(text.value("d").number(), 0.0025);
  EXPECT_EQ(text.value("w").number(), 3.0);
  EXPECT_EQ(text.value("b").boolean(), true);
  EXPECT_EQ(text.value("s").text(), "some text");
  EXPECT_EQ(text.value("q").integer(), 7);
  EXPECT_EQ(text.value("empty").text(), "");
  EXPECT_FALSE(std::signbit(*text.value("z").number()));
  EXPECT_TRUE(text.problems.empty());
}

TEST(YamlReader, BoundsAreInclusive) {
  Text text("a: 1\nb: 10\n");
  EXPECT_TRUE(text.value("a").integer({1, 10}));
  EXPECT_TRUE(text.value("b").number({1, 10}));
  EXPECT_TRUE(text.problems.empty());
}

TEST(YamlReader, EveryWrongValueSaysWhereAndWhatWasExpected) {
  Text text(
      "a: 1.5\nb: [1]\nc: yes\nd: 11\ne: -1\nf: nan\ng: 99999999999999999999\nh:\ni: {}\nj: 1x\nk: "
      "5\nl: 1e999\n");
  text.value("a").integer();
  text.value("b").number();
  text.value("c").boolean();
  text.value("d").integer({1, 10});
  text.value("e").number({0});
  text.value("f").number();
  text.value("g").integer();
  text.value("h").integer();
  text.value("i").text();
  text.value("j").number();
  text.value("k").number({-1e300, 0.5});
  text.value("l").number();
  EXPECT_EQ(text.error(),
            "a.yaml:1: a: expected an integer, got '1.5'\n"
            "a.yaml:2: b: expected a number, got a list\n"
            "a.yaml:3: c: expected true or false, got 'yes'\n"
            "a.yaml:4: d: expected an integer from 1 to 10, got '11'\n"
            "a.yaml:5: e: expected a number of at least 0, got '-1'\n"
            "a.yaml:6: f: expected a number, got 'nan'\n"
            "a.yaml:7: g: expected an integer, got '99999999999999999999'\n"
            "a.yaml:8: h: expected an integer, got nothing\n"
            "a.yaml:9: i: expected one line of text, got a map\n"
            "a.yaml:10: j: expected a number, got '1x'\n"
            "a.yaml:11: k: expected a number of at most 0.5, got '5'\n"
            "a.yaml:12: l: expected a number, got '1e999'");
}

TEST(YamlReader, AChoiceSuggestsTheNearestName) {
  Text text("a: qdorp\nb: [x]\nc: brecq\n");
  EXPECT_FALSE(text.value("a").choice("method", {"brecq", "qdrop"}));
  EXPECT_FALSE(text.value("b").choice("method", {"brecq", "qdrop"}));
  EXPECT_EQ(text.value("c").choice("method", {"brecq", "qdrop"}), "brecq");
  EXPECT_EQ(text.error(),
            "a.yaml:1: a: unknown method 'qdorp'; did you mean 'qdrop'? (valid: brecq, qdrop)\n"
            "a.yaml:2: b: expected the name of a method, got a list");
}

TEST(YamlReader, ListsGiveItemsWithTheirIndex) {
  Text text("a: [1, two]\nb: 3\nc:\n");
  const auto items = text.value("a").items();
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items[0].integer(), 1);
  items[1].integer();
  EXPECT_TRUE(text.value("b").items().empty());
  EXPECT_TRUE(text.value("c").items().empty());
  EXPECT_EQ(text.value("b").one_or_more().size(), 1u);
  EXPECT_EQ(text.value("a").one_or_more().size(), 2u);
  EXPECT_EQ(text.error(),
            "a.yaml:1: a[1]: expected an integer, got 'two'\n"
            "a.yaml:2: b: expected a list, got '3'");
}

TEST(YamlReader, KeysThatNobodyAskedForAreUnknown) {
  Text text("settings:\n  iteratons: 5\n  batch_size: 3\n  zzzzzzzzzzz: 1\n");
  YamlMapReader map(text.value("settings"));
  EXPECT_FALSE(map.optional("iterations"));
  EXPECT_TRUE(map.optional("batch_size"));
  map.reject_unknown_keys();
  EXPECT_EQ(text.error(),
            "a.yaml:2: settings.iteratons: unknown key; did you mean 'iterations'? "
            "(valid: iterations, batch_size)\n"
            "a.yaml:4: settings.zzzzzzzzzzz: unknown key (valid: iterations, batch_size)");
}

TEST(YamlReader, AMissingRequiredKeyIsReportedAtItsMap) {
  Text text("x: 1\nmodel:\n  label: a\n");
  YamlMapReader map(text.value("model"));
  EXPECT_FALSE(map.required("name"));
  EXPECT_EQ(text.error(), "a.yaml:3: model.name: the required key is missing");
}

TEST(YamlReader, SomethingElseInPlaceOfAMapIsOneProblem) {
  Text text("model: 5\n");
  YamlMapReader map(text.value("model"));
  EXPECT_FALSE(map.required("name"));
  map.reject_unknown_keys();
  EXPECT_EQ(text.error(), "a.yaml:1: model: expected a map, got '5'");
}

TEST(YamlReader, TextOfSeveralLinesIsRefusedAndLongTextsAreCutInMessages) {
  Text text("a: |\n  one\n  two\nb: " + std::string(500, 'x') + "\n");
  text.value("a").text();
  text.value("b").integer();
  EXPECT_EQ(text.error(),
            "a.yaml:1: a: expected one line of text, got 'one\ntwo\n'\n"
            "a.yaml:4: b: expected an integer, got '" +
                std::string(80, 'x') + "...'");
}

TEST(Problems, AreSortedKeptOnceAndLimitedInNumber) {
  Problems problems;
  EXPECT_NO_THROW(problems.throw_if_any());
  for (int line = 60; line > 0; --line) problems.add({"a.yaml", line, 1}, "k", "wrong");
  problems.add({"a.yaml", 3, 1}, "k", "wrong");
  const auto text = config_error([&] { problems.throw_if_any(); });
  EXPECT_EQ(text.rfind("a.yaml:1: k: wrong\na.yaml:2: k: wrong\n", 0), 0u);
  EXPECT_NE(text.find("a.yaml:50: k: wrong\n... and 10 more problems"), std::string::npos);
}

}  // namespace
}  // namespace ptqbench
