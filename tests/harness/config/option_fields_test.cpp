#include "harness/config/option_fields.h"

#include "methods/settings.h"
#include "tests/harness/config/config_fixture.h"

namespace ptqbench {
namespace {

struct Sample {
  int64_t count = 3;
  double rate = 0.1;
  bool on = false;
  std::string kind = "a";
  std::string free = "";
  std::vector<double> list = {1.0};

  static const std::vector<Field<Sample>>& fields() {
    static const std::vector<Field<Sample>> all = {
        {"count", &Sample::count, "", 1, 10},
        {"rate", &Sample::rate, "", 0, 1},
        {"on", &Sample::on, ""},
        {"kind", &Sample::kind, "", 0, 0, {"a", "bb"}},
        {"free", &Sample::free, ""},
        {"list", &Sample::list, "", -1, 2},
    };
    return all;
  }
};

struct Read {
  explicit Read(const std::string& text) {
    const auto root = parse_yaml(text, "a.yaml", problems);
    YamlMapReader map(YamlReader(*root, "", problems));
    given = read_options(map, options);
    map.reject_unknown_keys();
  }
  Problems problems;
  Sample options;
  std::vector<std::string> given;
};

TEST(OptionFields, ReadsWhatIsGivenAndKeepsTheRest) {
  const Read read("rate: 0.25\nlist: [0.5, -1, 2]\non: true\n");
  EXPECT_TRUE(read.problems.empty());
  EXPECT_EQ(read.given, (std::vector<std::string>{"rate", "on", "list"}));
  EXPECT_EQ(read.options.count, 3);
  EXPECT_EQ(read.options.rate, 0.25);
  EXPECT_EQ(read.options.on, true);
  EXPECT_EQ(read.options.list, (std::vector<double>{0.5, -1, 2}));
}

TEST(OptionFields, ChecksBoundsChoicesAndNames) {
  const Read read("count: 0\nrate: 1.5\non: 1\nkind: b\nlist: [0, 3]\nfre: x\n");
  EXPECT_EQ(config_error([&] { read.problems.throw_if_any(); }),
            "a.yaml:1: count: expected an integer from 1 to 10, got '0'\n"
            "a.yaml:2: rate: expected a number from 0 to 1, got '1.5'\n"
            "a.yaml:3: on: expected true or false, got '1'\n"
            "a.yaml:4: kind: unknown value 'b'; did you mean 'a'? (valid: a, bb)\n"
            "a.yaml:5: list[1]: expected a number from -1 to 2, got '3'\n"
            "a.yaml:6: fre: unknown key; did you mean 'free'? (valid: count, rate, on, kind, free, "
            "list)");
  EXPECT_EQ(read.options.count, 3);
  EXPECT_EQ(read.options.list, (std::vector<double>{1.0}));
}

struct Grown {
  int64_t count = 3;
  bool added = false;

  static const std::vector<Field<Grown>>& fields() {
    static const std::vector<Field<Grown>> all = {
        {"count", &Grown::count, "", 1, 10},
        Field<Grown>("added", &Grown::added, "").left_out_at_default(),
    };
    return all;
  }
};

TEST(OptionFields, FingerprintsNameLaterFieldsOnlyWhereTheyDiffer) {
  Grown options;
  EXPECT_EQ(fingerprint_texts(options), (OptionTexts{{"count", "3"}}));
  EXPECT_EQ(option_texts(options), (OptionTexts{{"count", "3"}, {"added", "false"}}));
  options.added = true;
  EXPECT_EQ(fingerprint_texts(options), (OptionTexts{{"count", "3"}, {"added", "true"}}));
}

TEST(OptionFields, CanonicalTextsAreShortAndInOrder) {
  Sample options;
  options.rate = 1e-4;
  options.list = {0.1, 2, -0.0};
  EXPECT_EQ(option_texts(options), (OptionTexts{{"count", "3"},
                                                {"rate", "0.0001"},
                                                {"on", "false"},
                                                {"kind", "a"},
                                                {"free", ""},
                                                {"list", "[0.1, 2, 0]"}}));
}

TEST(OptionFields, DoublesReadBackExactly) {
  for (const double value : {0.1, 1.0 / 3.0, 4e-5, 5e-324, 0.1 + 0.2, 1e-17}) {
    Sample options;
    assign_option(options, "rate", option_text(value));
    EXPECT_EQ(options.rate, value);
  }
}

TEST(OptionFields, EveryTextAssignsBack) {
  Sample options;
  options.count = 7;
  options.rate = 0.7;
  options.on = true;
  options.kind = "bb";
  options.free = "a: [b] # c";
  options.list = {};
  Sample copy;
  for (const auto& [name, text] : option_texts(options)) assign_option(copy, name, text);
  EXPECT_EQ(option_texts(copy), option_texts(options));
}

TEST(OptionFields, AnAssignmentIsCheckedAndChangesNothingWhenWrong) {
  Sample options;
  assign_option(options, "count=5");
  EXPECT_EQ(options.count, 5);
  EXPECT_EQ(config_error([&] { assign_option(options, "count=50"); }),
            "count=50: count: expected an integer from 1 to 10, got '50'");
  EXPECT_EQ(config_error([&] { assign_option(options, "cuont=5"); }),
            "cuont=5: cuont: unknown key; did you mean 'count'? (valid: count, rate, on, kind, "
            "free, list)");
  EXPECT_EQ(config_error([&] { assign_option(options, "list=[1, x]"); }),
            "list=[1, x]: list[1]: expected a number from -1 to 2, got 'x'");
  EXPECT_EQ(config_error([&] { assign_option(options, "count"); }), "count: expected key=value");
  EXPECT_EQ(options.count, 5);
  EXPECT_EQ(options.list, (std::vector<double>{1.0}));
}

TEST(OptionFields, DefaultsOfTheMethodSettingsAreWithinTheirOwnBounds) {
  MethodSettings settings;
  for (const auto& [name, text] : option_texts(MethodSettings())) {
    EXPECT_NO_THROW(assign_option(settings, name, text)) << name;
  }
}

}  // namespace
}  // namespace ptqbench
