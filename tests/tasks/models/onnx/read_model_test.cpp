#include "tasks/models/onnx/read_model.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <filesystem>
#include <protozero/pbf_writer.hpp>
#include <random>

#include "support/error.h"
#include "tasks/models/onnx/import.h"
#include "tests/helpers/files.h"

namespace ptqbench::onnx {
namespace {

using protozero::pbf_writer;
using ::testing::AllOf;
using ::testing::HasSubstr;

namespace fs = std::filesystem;

fs::path data(const std::string& file) {
  return fs::path(PTQBENCH_SOURCE_DIR) / "tests/tasks/models/onnx/data" / file;
}

/// A message that `write` fills.
template <class Write>
std::string message(Write write) {
  std::string bytes;
  pbf_writer writer(bytes);
  write(writer);
  return bytes;
}

std::string tensor(const std::string& name, const std::vector<int64_t>& sizes, int type,
                   const std::string& raw) {
  return message([&](pbf_writer& w) {
    for (const int64_t size : sizes) w.add_int64(1, size);
    w.add_int32(2, type);
    w.add_string(8, name);
    w.add_bytes(9, raw);
  });
}

std::string external_tensor(const std::string& location, const std::string& length) {
  return message([&](pbf_writer& w) {
    w.add_int64(1, 2);
    w.add_int32(2, 1);
    w.add_string(8, "w");
    const std::pair<const char*, std::string> entries[] = {{"location", location},
                                                           {"length", length}};
    for (const auto& [key, value] : entries) {
      w.add_message(13, message([&, key = key, value = value](pbf_writer& entry) {
                      entry.add_string(1, key);
                      entry.add_string(2, value);
                    }));
    }
    w.add_enum(14, 1);
  });
}

std::string node(const std::string& name, const std::string& op,
                 const std::vector<std::string>& inputs, const std::vector<std::string>& outputs) {
  return message([&](pbf_writer& w) {
    for (const auto& input : inputs) w.add_string(1, input);
    for (const auto& output : outputs) w.add_string(2, output);
    w.add_string(3, name);
    w.add_string(4, op);
  });
}

std::string value(const std::string& name, const std::vector<int64_t>& sizes) {
  return message([&](pbf_writer& w) {
    w.add_string(1, name);
    const auto shape = message([&](pbf_writer& s) {
      for (const int64_t size : sizes)
        s.add_message(1, message([&](pbf_writer& d) { d.add_int64(1, size); }));
    });
    const auto type = message([&](pbf_writer& t) {
      t.add_enum(1, 1);
      t.add_message(2, shape);
    });
    w.add_message(2, message([&](pbf_writer& t) { t.add_message(1, type); }));
  });
}

struct Graph {
  std::vector<std::string> nodes;
  std::vector<std::string> tensors;
  std::string input = value("x", {2});
  std::string output = value("y", {2});
  int64_t opset = 17;
};

std::string model(const Graph& graph) {
  return message([&](pbf_writer& w) {
    w.add_int64(1, 8);
    w.add_message(7, message([&](pbf_writer& g) {
                    for (const auto& node : graph.nodes) g.add_message(1, node);
                    for (const auto& tensor : graph.tensors) g.add_message(5, tensor);
                    g.add_message(11, graph.input);
                    g.add_message(12, graph.output);
                  }));
    w.add_message(8, message([&](pbf_writer& o) { o.add_int64(2, graph.opset); }));
  });
}

class OnnxFile : public ::testing::Test {
 protected:
  std::string error_of(const std::string& bytes) {
    const auto path = folder_.write("net.onnx", bytes);
    try {
      read_model(path);
    } catch (const IoError& error) {
      EXPECT_THAT(error.what(), HasSubstr("net.onnx"));
      return error.what();
    }
    return "";
  }

  ::ptqbench::testing::TemporaryFolder folder_;
};

const std::string kTwoFloats(8, '\0');

TEST_F(OnnxFile, OfOneNodeIsRead) {
  const auto path = folder_.write("net.onnx", model({{node("sum", "Add", {"x", "w"}, {"y"})},
                                                     {tensor("w", {2}, 1, kTwoFloats)}}));
  const auto read = read_model(path);
  ASSERT_EQ(read.nodes.size(), 1U);
  EXPECT_EQ(read.nodes[0].op, "Add");
  EXPECT_EQ(read.opset, 17);
  ASSERT_EQ(read.inputs.size(), 1U);
  EXPECT_EQ(read.inputs[0].name, "x");
  EXPECT_TRUE(at::equal(read.initializers.at("w"), at::zeros({2})));
}

TEST_F(OnnxFile, ThatIsNone) {
  EXPECT_THAT(error_of(""), HasSubstr("no graph"));
  EXPECT_THAT(error_of("this is a text, not a model"), HasSubstr("no ONNX model"));
}

TEST_F(OnnxFile, WithBytesThatDoNotFitTheShape) {
  EXPECT_THAT(error_of(model({{}, {tensor("w", {3}, 1, kTwoFloats)}})),
              AllOf(HasSubstr("'w'"), HasSubstr("8 bytes do not fit"), HasSubstr("12")));
}

TEST_F(OnnxFile, WithSizesThatNoTensorHas) {
  EXPECT_THAT(error_of(model({{}, {tensor("w", {-2}, 1, kTwoFloats)}})),
              AllOf(HasSubstr("'w'"), HasSubstr("[-2]")));
  const int64_t huge = int64_t{1} << 62;
  EXPECT_THAT(error_of(model({{}, {tensor("w", {huge, huge}, 1, kTwoFloats)}})),
              HasSubstr("no tensor has the shape"));
}

TEST_F(OnnxFile, WithACycle) {
  EXPECT_THAT(error_of(model({{node("a", "Relu", {"q"}, {"p"}), node("b", "Relu", {"p"}, {"q"}),
                               node("c", "Relu", {"q"}, {"y"})},
                              {}})),
              AllOf(HasSubstr("'a'"), HasSubstr("cycle")));
}

TEST_F(OnnxFile, WithAValueOfNoNodeOrOfTwo) {
  EXPECT_THAT(error_of(model({{node("a", "Relu", {"z"}, {"y"})}, {}})),
              AllOf(HasSubstr("'a'"), HasSubstr("nothing produces its input 'z'")));
  EXPECT_THAT(
      error_of(model({{node("a", "Relu", {"x"}, {"y"}), node("b", "Relu", {"x"}, {"y"})}, {}})),
      AllOf(HasSubstr("'b'"), HasSubstr("'y' is there already")));
}

TEST_F(OnnxFile, OfAnOldOpset) {
  Graph graph{{node("a", "Relu", {"x"}, {"y"})}, {}};
  graph.opset = 9;
  EXPECT_THAT(error_of(model(graph)), AllOf(HasSubstr("opset 9"), HasSubstr("11 or newer")));
}

TEST_F(OnnxFile, WhoseNodesStandInAnyOrderIsSorted) {
  const auto path = folder_.write(
      "net.onnx", model({{node("b", "Relu", {"p"}, {"y"}), node("a", "Relu", {"x"}, {"p"})}, {}}));
  const auto read = read_model(path);
  EXPECT_EQ(read.nodes[0].name, "a");
}

TEST_F(OnnxFile, WithWeightsOutsideOfItsFolder) {
  fs::create_directory(folder_ / "net");
  folder_.write("secret.bin", kTwoFloats);
  const auto read = [&](const std::string& location) -> std::string {
    const auto path = folder_.write("net/net.onnx", model({{node("sum", "Add", {"x", "w"}, {"y"})},
                                                           {external_tensor(location, "8")}}));
    try {
      read_model(path);
    } catch (const IoError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(read("../secret.bin"), HasSubstr("outside of the model's folder"));
  EXPECT_THAT(read(folder_.at("secret.bin")), HasSubstr("outside of the model's folder"));
  fs::create_symlink(folder_ / "secret.bin", folder_ / "net" / "link.bin");
  EXPECT_THAT(read("link.bin"), HasSubstr("outside of the model's folder"));
  EXPECT_THAT(read("missing.bin"), HasSubstr("cannot be opened"));
  folder_.write("net/short.bin", "1234");
  EXPECT_THAT(read("short.bin"), HasSubstr("ends early"));
  folder_.write("net/weights.bin", kTwoFloats);
  EXPECT_EQ(read("weights.bin"), "");
}

TEST_F(OnnxFile, HashIsThatOfItsWeightsToo) {
  const auto hash = [&](const std::string& weights) {
    folder_.write("weights.bin", weights);
    return read_model(folder_.write("net.onnx", model({{node("sum", "Add", {"x", "w"}, {"y"})},
                                                       {external_tensor("weights.bin", "8")}})))
        .content_hash;
  };
  EXPECT_NE(hash(kTwoFloats), hash(std::string(8, '\1')));
}

TEST(OnnxWeights, BesideTheFileAreThoseInIt) {
  const auto inside = read_model(data("tiny_resnet.onnx"));
  const auto beside = read_model(data("tiny_resnet.external.onnx"));
  ASSERT_EQ(inside.initializers.size(), beside.initializers.size());
  for (const auto& [name, value] : inside.initializers)
    EXPECT_TRUE(at::equal(value, beside.initializers.at(name))) << name;
}

/// Whatever bytes a file has, it is read or is an error; nothing else ends the process.
TEST_F(OnnxFile, OfDamagedBytesIsAnErrorOrAModel) {
  std::mt19937 random(1);
  for (const auto* name : {"tiny_resnet.onnx", "tiny_vit.dynamo.onnx", "mixed.half.onnx"}) {
    const auto good = ::ptqbench::testing::read_bytes(data(name));
    for (int attempt = 0; attempt < 300; ++attempt) {
      auto bytes = good;
      if (attempt % 3 == 0) {
        bytes.resize(random() % bytes.size());
      } else {
        // A few bytes anywhere; every other time where the graph's structure stands, in front.
        const size_t reach = attempt % 2 == 0 ? bytes.size() : std::min<size_t>(4000, bytes.size());
        for (int change = 0; change < 4; ++change)
          bytes[random() % reach] = static_cast<char>(random());
      }
      const auto path = folder_.write("net.onnx", bytes);
      try {
        const int64_t size = name[5] == 'v' ? 8 : 16;
        import_model(path, {{3, size, size}});
      } catch (const Error&) {
      }
    }
  }
}

TEST_F(OnnxFile, WithUnknownOperatorsNamesAllOfThem) {
  const auto path = folder_.write(
      "net.onnx", model({{node("a", "Relux", {"x"}, {"p"}), node("b", "Softmaxx", {"p"}, {"q"}),
                          node("c", "Relu", {"q"}, {"y"})},
                         {}}));
  try {
    import_model(path, {{}});
    FAIL();
  } catch (const IoError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("2 of 3 nodes"), HasSubstr("'a' (Relux)"),
                                    HasSubstr("near is 'Relu'"), HasSubstr("'b' (Softmaxx)"),
                                    HasSubstr("near is 'Softmax'")));
  }
}

}  // namespace
}  // namespace ptqbench::onnx
