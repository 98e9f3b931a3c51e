#include "harness/config/cell_condition.h"

#include "tests/harness/config/config_fixture.h"

namespace ptqbench {
namespace {

std::vector<Cell> cells() {
  return expand(
      parse_sweep("name: s\ntask: image_classification\ndataset: cifar10\nmodels: [resnet20, "
                  "{name: mobilenet_v2_cifar, label: "
                  "mb}]\nbits: [w4a4, w2a4]\nmethods: [nearest, brecq, qdrop, {name: qdrop, label: "
                  "q25, set: {drop_probability: "
                  "0.25}}]\nseeds: [1, 2, 3]\n",
                  "s.yaml", known_names()));
}

size_t count(const std::string& filter) {
  const auto all = cells();
  const auto condition = parse_filter(filter, all);
  size_t matching = 0;
  for (const auto& cell : all) matching += condition.matches(cell) ? 1 : 0;
  return matching;
}

std::string error(const std::string& filter) {
  return config_error([&] { parse_filter(filter, cells()); });
}

TEST(CellFilter, SelectsByEveryKey) {
  EXPECT_EQ(count(""), 48u);
  EXPECT_EQ(count("model=resnet20"), 24u);
  EXPECT_EQ(count("bits=W2A4"), 24u);
  EXPECT_EQ(count("seed=2"), 16u);
  EXPECT_EQ(count("seed=1|3"), 32u);
  EXPECT_EQ(count("method=brecq"), 12u);
  EXPECT_EQ(count("model=resnet20,method=brecq|nearest,bits=w4a4,seed=1"), 2u);
}

TEST(CellFilter, ANameSelectsAllOfThatNameALabelOne) {
  EXPECT_EQ(count("method=qdrop"), 24u);
  EXPECT_EQ(count("method=q25"), 12u);
  EXPECT_EQ(count("model=mb"), 24u);
  EXPECT_EQ(count("model=mobilenet_v2_cifar"), 24u);
}

TEST(CellFilter, UnknownKeysAndValuesAreAllReported) {
  const std::string filter = "modle=resnet20,method=brecq|qdorp,bits=w3a3,seed=9,bits=4,oops";
  const std::string place = "--filter " + filter + ": ";
  EXPECT_EQ(error(filter),
            place +
                "modle: unknown key; did you mean 'model'? (valid: dataset, model, method, bits, "
                "seed)\n" +
                place +
                "method: no cell has 'qdorp'; did you mean 'qdrop'? (valid: nearest, brecq, qdrop, "
                "q25)\n" +
                place + "bits: no cell has 'w3a3'; did you mean 'w4a4'? (valid: w4a4, w2a4)\n" +
                place + "seed: no cell has '9'; did you mean '1'? (valid: 1, 2, 3)\n" + place +
                "bits: the key is given twice\n" + place +
                "bits: expected bits such as w4a4, w4 for weights only, or e8w4a4 with embeddings "
                "apart, got '4'\n" +
                place + "expected key=value or key=value|value, got 'oops'");
}

TEST(CellFilter, EmptyPartsAreErrors) {
  EXPECT_EQ(error("model=resnet20,"),
            "--filter model=resnet20,: expected key=value or key=value|value, got ''");
  EXPECT_EQ(error("seed=1|"), "--filter seed=1|: seed: expected an integer of at least 0, got ''");
  EXPECT_EQ(error("model="),
            "--filter model=: model: no cell has ''; did you mean 'mb'? "
            "(valid: resnet20, mobilenet_v2_cifar, mb)");
}

}  // namespace
}  // namespace ptqbench
