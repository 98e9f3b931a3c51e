#include "harness/config/bit_widths.h"

#include "tests/harness/config/config_fixture.h"

namespace ptqbench {
namespace {

TEST(BitWidths, NamesAreReadInAnyCaseAndWrittenInOne) {
  EXPECT_EQ(parse_bit_widths("W4A8").name(), "w4a8");
  EXPECT_EQ(parse_bit_widths("w2").name(), "w2a32");
  EXPECT_EQ(parse_bit_widths("w32a32").name(), "w32a32");
  EXPECT_EQ(parse_bit_widths("E8W4A4").name(), "e8w4a4");
  EXPECT_EQ(parse_bit_widths("e32w2").name(), "e32w2a32");
  const auto bits = parse_bit_widths("w3a5");
  EXPECT_EQ(bits.weights, 3);
  EXPECT_EQ(bits.activations, 5);
}

TEST(BitWidths, OtherWidthsAreAnError) {
  EXPECT_EQ(config_error([] { parse_bit_widths("w1a4"); }),
            "expected 2 to 8 bits for weights, or 32 for none, got 1");
  EXPECT_EQ(config_error([] { parse_bit_widths("w4a33"); }),
            "expected 2 to 8 bits for activations, or 32 for none, got 33");
  EXPECT_EQ(config_error([] { parse_bit_widths("w9a4"); }),
            "expected 2 to 8 bits for weights, or 32 for none, got 9");
  EXPECT_EQ(config_error([] { parse_bit_widths("4/4"); }),
            "expected bits such as w4a4, w4 for weights only, or e8w4a4 with embeddings apart, got "
            "'4/4'");
  for (const char* text : {"", "a4", "w4a", "w4a4 ", "w99999a4", "ww4", "w-4a4", "w+4", "e8",
                           "e0w4a4", "e9w4a4", "w99999999999999999999"}) {
    EXPECT_THROW(parse_bit_widths(text), ConfigError) << text;
  }
}

TEST(BitWidths, MapsAreReadToo) {
  Problems problems;
  const auto root = parse_yaml(
      "- {weights: 3, activations: 5}\n- {weights: 4}\n- {weights: 1}\n- {weight: 4}\n- [4]\n- "
      "w1\n",
      "a.yaml", problems);
  const auto items = YamlReader(*root, "", problems).items();
  EXPECT_EQ(read_bit_widths(items[0])->name(), "w3a5");
  EXPECT_EQ(read_bit_widths(items[1])->name(), "w4a32");
  for (size_t i = 2; i < 6; ++i) read_bit_widths(items[i]);
  EXPECT_EQ(config_error([&] { problems.throw_if_any(); }),
            "a.yaml:3: [2].weights: expected an integer of at least 2, got '1'\n"
            "a.yaml:4: [3].weight: unknown key; did you mean 'weights'? (valid: embeddings, "
            "weights, activations)\n"
            "a.yaml:5: [4]: expected one line of text, got a list\n"
            "a.yaml:6: [5]: expected 2 to 8 bits for weights, or 32 for none, got 1");
}

}  // namespace
}  // namespace ptqbench
