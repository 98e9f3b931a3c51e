#include "tasks/checkpoint/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <torch/types.h>

#include <csignal>

#include "tests/tasks/checkpoint/test_files.h"
#include "tests/tasks/checkpoint/test_tensors.h"

namespace ptqbench {
namespace {

using ::testing::HasSubstr;

std::string safetensors_bytes(const std::string& header, const std::string& data) {
  return little_endian(header.size(), 8) + header + data;
}

class SafetensorsTest : public ::testing::Test {
 protected:
  std::string error_of(const std::string& header, const std::string& data) {
    write_bytes(folder_ / "file", safetensors_bytes(header, data));
    return io_error_of([&] { load_checkpoint(folder_ / "file"); });
  }

  size_t files_in_folder() const {
    return std::distance(std::filesystem::directory_iterator(folder_.path()), {});
  }

  TemporaryFolder folder_;
};

TEST_F(SafetensorsTest, ReadsWhatThePythonPackageWrote) {
  const Checkpoint checkpoint = load_checkpoint(fixture("dtypes.safetensors"));
  EXPECT_EQ(checkpoint.metadata, (std::map<std::string, std::string>{{"format", "pt"}}));
  EXPECT_EQ(checkpoint.tensors.size(), 12u);
  expect_every_dtype(checkpoint);
  expect_same(tensor_named(checkpoint, "matrix"), ramp({2, 3}, 0.5));
  expect_same(tensor_named(checkpoint, "empty"), torch::zeros({0, 3}));
}

TEST_F(SafetensorsTest, RoundTripKeepsValuesNamesAndMetadata) {
  const std::vector<NamedTensor> tensors = {
      {"layer.weight \"quoted\" \n \u00e9", ramp({3, 4}, 0.25)},
      {"view", ramp({3, 4}, 0.25).t()},
      {"half", ramp({5}, 1).to(torch::kHalf)},
      {"flag", torch::tensor({true, false, true})},
      {"count", torch::tensor(int64_t{1} << 40)},
      {"empty", torch::zeros({4, 0})}};
  const std::map<std::string, std::string> metadata = {{"unit", "3"}, {"note", "a \"b\""}};
  save_safetensors(folder_ / "file", tensors, metadata);
  const Checkpoint loaded = load_checkpoint(folder_ / "file");
  EXPECT_EQ(loaded.metadata, metadata);
  ASSERT_EQ(loaded.tensors.size(), tensors.size());
  for (const auto& [name, value] : tensors) expect_same(tensor_named(loaded, name), value);
  // The widest dtype is first in the file, so that every tensor is aligned.
  EXPECT_EQ(loaded.tensors[0].name, "count");
  EXPECT_EQ(files_in_folder(), 1u);
}

TEST_F(SafetensorsTest, WritesTheBytesTheFormatAsksFor) {
  save_safetensors(folder_ / "file", {{"a", torch::tensor({1, 2}, torch::kByte)}}, {});
  const std::string header = R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})";
  // Padded with spaces to a multiple of eight.
  EXPECT_EQ(read_bytes(folder_ / "file"), safetensors_bytes(header + "   ", "\x01\x02"));
}

TEST_F(SafetensorsTest, NoTensorsAtAllIsAValidFile) {
  save_safetensors(folder_ / "file", {}, {});
  EXPECT_TRUE(load_checkpoint(folder_ / "file").tensors.empty());
}

TEST_F(SafetensorsTest, ReadsUnalignedTensors) {
  const std::string header = R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                             R"("b":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}})";
  write_bytes(folder_ / "file", safetensors_bytes(header, std::string("\x07\0\0\xc0\x3f", 5)));
  const Checkpoint checkpoint = load_checkpoint(folder_ / "file");
  EXPECT_EQ(tensor_named(checkpoint, "b").item<float>(), 1.5f);
}

TEST_F(SafetensorsTest, AnyByteButZeroIsATrueBool) {
  const std::string header = R"({"a":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}})";
  write_bytes(folder_ / "file", safetensors_bytes(header, std::string("\xff\0", 2)));
  EXPECT_EQ(load_checkpoint(folder_ / "file").tensors[0].value.sum().item<int64_t>(), 1);
}

TEST_F(SafetensorsTest, BytesMustBeCoveredOnceWithoutGaps) {
  const auto two = [](const char* first, const char* second) {
    return std::string(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":)") + first +
           R"(},"b":{"dtype":"U8","shape":[2],"data_offsets":)" + second + "}}";
  };
  EXPECT_THAT(error_of(two("[0,2]", "[3,5]"), "12345"), HasSubstr("gap or overlap"));
  EXPECT_THAT(error_of(two("[0,2]", "[1,3]"), "123"), HasSubstr("gap or overlap"));
  EXPECT_THAT(error_of(two("[1,3]", "[3,5]"), "12345"), HasSubstr("gap or overlap"));
  EXPECT_THAT(error_of(two("[0,2]", "[2,4]"), "12345"), HasSubstr("describes 4 bytes"));
  EXPECT_THAT(error_of(two("[0,2]", "[2,4]"), "123"), HasSubstr("describes 4 bytes"));
}

TEST_F(SafetensorsTest, BadEntriesAreErrorsNamingTheTensor) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"w":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}})", "unsupported dtype"},
      {R"({"w":{"shape":[1],"data_offsets":[0,1]}})", "'dtype' is missing"},
      {R"({"w":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}})", "'shape'"},
      {R"({"w":{"dtype":"U8","shape":[1.5],"data_offsets":[0,1]}})", "'shape'"},
      {R"({"w":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}})", "'data_offsets'"},
      {R"({"w":{"dtype":"U8","shape":[1],"data_offsets":[0]}})", "'data_offsets'"},
      {R"({"w":{"dtype":"U8","shape":[2],"data_offsets":[0,1]}})", "its shape does not fit"},
      {R"({"w":{"dtype":"F64","shape":[4611686018427387904,4],"data_offsets":[0,0]}})",
       "its shape does not fit"},
      {R"({"w":{"dtype":"U8","shape":[0,9223372036854775807,3],"data_offsets":[0,0]}})",
       "its shape does not fit"},
      {R"({"w":[1]})", "nesting"},
      {R"({"w":3})", "should be an object"}};
  for (const auto& [header, problem] : cases) {
    const std::string message = error_of(header, "1");
    EXPECT_THAT(message, HasSubstr(problem)) << header;
    EXPECT_THAT(message, HasSubstr((folder_ / "file").string()));
  }
}

TEST_F(SafetensorsTest, BadHeadersAreErrors) {
  EXPECT_THAT(error_of("{\"a\":", ""), HasSubstr("not valid"));
  EXPECT_THAT(error_of("{\"a\xff\":{}}", ""), HasSubstr("not valid"));
  EXPECT_THAT(error_of(R"({"__metadata__":{"a":1}})", ""), HasSubstr("not text"));
  std::string nested = "{\"a\":";
  nested += std::string(1'000'000, '[');
  EXPECT_THAT(error_of(nested, ""), HasSubstr("nesting"));
  write_bytes(folder_ / "file", little_endian(uint64_t{1} << 62, 8) + "{}");
  EXPECT_THAT(io_error_of([&] { load_checkpoint(folder_ / "file"); }), HasSubstr("cut short"));
}

TEST_F(SafetensorsTest, UnwritableTensorsLeaveNoFile) {
  const at::Tensor one = torch::ones({1});
  EXPECT_THAT(io_error_of([&] {
                save_safetensors(folder_ / "f", {{"a", one}, {"a", one}}, {});
              }),
              HasSubstr("used twice"));
  EXPECT_THAT(io_error_of([&] {
                save_safetensors(folder_ / "f", {{"__metadata__", one}}, {});
              }),
              HasSubstr("reserved"));
  EXPECT_THAT(io_error_of([&] {
                save_safetensors(folder_ / "f", {{"a", at::Tensor()}}, {});
              }),
              HasSubstr("undefined"));
  EXPECT_THAT(io_error_of([&] {
                save_safetensors(folder_ / "f", {{"a", one.to(torch::kComplexFloat)}}, {});
              }),
              HasSubstr("ComplexFloat"));
  EXPECT_THAT(io_error_of([&] {
                save_safetensors(folder_ / "f", {{"a\xff", one}}, {});
              }),
              HasSubstr("UTF-8"));
  EXPECT_EQ(files_in_folder(), 0u);
}

TEST_F(SafetensorsTest, FolderThatTakesNoFileIsAnErrorNamingIt) {
  const auto inside_missing = folder_ / "missing/file";
  EXPECT_THAT(io_error_of([&] { save_safetensors(inside_missing, {}, {}); }),
              HasSubstr(inside_missing.string()));
  std::filesystem::create_directory(folder_ / "taken");
  EXPECT_THAT(io_error_of([&] { save_safetensors(folder_ / "taken", {}, {}); }),
              HasSubstr("cannot put it in place"));
  EXPECT_EQ(files_in_folder(), 1u);
}

// A file size limit stands in for a full disk: write() fails part of the way.
TEST_F(SafetensorsTest, FullDiskKeepsTheOlderFileAndLeavesNoTemporaryOne) {
  save_safetensors(folder_ / "file", {{"a", torch::ones({2})}}, {});
  const std::string before = read_bytes(folder_ / "file");
  rlimit old_limit{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old_limit), 0);
  const rlimit small_limit{4096, old_limit.rlim_max};
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small_limit), 0);
  const std::string message = io_error_of([&] {
    save_safetensors(folder_ / "file", {{"a", torch::ones({10'000})}}, {});
  });
  setrlimit(RLIMIT_FSIZE, &old_limit);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_THAT(message, HasSubstr("cannot write it"));
  EXPECT_EQ(read_bytes(folder_ / "file"), before);
  EXPECT_EQ(files_in_folder(), 1u);
}

}  // namespace
}  // namespace ptqbench
