#include "tasks/data/json_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/data_error.h"
#include "tasks/data/json_element.h"
#include "tests/helpers/files.h"

namespace ptqbench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string refusal(const std::string& text) {
  const testing::TemporaryFolder folder;
  const auto file = folder.write("a.json", text);
  try {
    read_json_file(file, 1 << 20);
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), Not(HasSubstr("json.exception")));
    return std::string(error.what()).substr(folder.path().string().size() + 1);
  }
  return "";
}

TEST(JsonFile, MalformedTextIsNamedWithLineAndColumn) {
  EXPECT_EQ(refusal("{\n  \"data\": [\n}"),
            "a.json:3: not valid JSON: column 1: '}' cannot stand there");
  EXPECT_EQ(refusal("{\"a\": 1"),
            "a.json:1: not valid JSON: column 8: the file ends before its content does");
  EXPECT_EQ(refusal("[1,\n 2,\n x]"),
            "a.json:3: not valid JSON: column 2: 'x]' cannot stand there");
  EXPECT_THAT(refusal("{\"a\": \"caf\xe9\"}"),
              HasSubstr("the byte '\\xE9' is no UTF-8, in 'caf\\xE9"));
  EXPECT_THAT(refusal("[\"\u00e9\", \u00e9]"), HasSubstr("'\u00e9]' cannot stand there"));
}

TEST(JsonFile, NumbersThatJsonDoesNotHaveAreCalledThat) {
  EXPECT_THAT(refusal("[0, NaN]"), HasSubstr("NaN is no number of JSON"));
  EXPECT_THAT(refusal("[0, -Infinity]"), HasSubstr("-Infinity is no number of JSON"));
  EXPECT_THAT(refusal("{\"a\": Infinity}"), HasSubstr("Infinity is no number of JSON"));
  EXPECT_THAT(refusal("[1e999]"), HasSubstr("out of range"));
}

TEST(JsonFile, OtherKindsOfFilesAreRecognised) {
  EXPECT_THAT(refusal(""), HasSubstr("a.json:1: not valid JSON: column 1: the file is empty"));
  EXPECT_THAT(refusal("<!DOCTYPE html>"), HasSubstr("HTML"));
  EXPECT_THAT(refusal("version https://git-lfs.github.com/spec/v1\noid sha256:0\n"),
              HasSubstr("pointer of Git LFS"));
  EXPECT_THAT(refusal(std::string("PK\x03\x04", 4)), HasSubstr("archive"));
}

TEST(JsonElement, WholeNumbersMayBeFloats) {
  const std::filesystem::path path = "a.json";
  const auto json = nlohmann::json::parse(R"({"a": 5.0, "b": 5.5, "c": "7", "d": 1e300, "e": true,
                                              "f": 0, "g": 2, "h": 1.0})");
  const JsonElement file(json, "", path);
  EXPECT_EQ(file.member("a").integer(), 5);
  EXPECT_EQ(file.member("a").text_or_integer(), "5");
  EXPECT_EQ(file.member("c").text_or_integer(), "7");
  for (const char* name : {"b", "c", "d", "e"})
    EXPECT_THROW(file.member(name).integer(), DataError) << name;
  EXPECT_TRUE(file.member("e").flag());
  EXPECT_FALSE(file.member("f").flag());
  EXPECT_TRUE(file.member("h").flag());
  for (const char* name : {"b", "c", "g"})
    EXPECT_THROW(file.member(name).flag(), DataError) << name;
}

}  // namespace
}  // namespace ptqbench
