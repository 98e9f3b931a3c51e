#include "tasks/checkpoint/torch_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "tests/tasks/checkpoint/test_files.h"
#include "tests/tasks/checkpoint/test_tensors.h"

namespace ptqbench {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> names_of(const Checkpoint& checkpoint) {
  std::vector<std::string> names;
  for (const auto& tensor : checkpoint.tensors) names.push_back(tensor.name);
  return names;
}

std::string error_of_fixture(const std::string& name) {
  return io_error_of([&] { load_checkpoint(fixture(name)); });
}

/// The same object saved in both formats: the parameter is what stands before ".pth".
class TorchFileTest : public ::testing::TestWithParam<const char*> {
 protected:
  Checkpoint load(const std::string& name) {
    return load_checkpoint(fixture(name + GetParam() + ".pth"));
  }

  void expect_small(const Checkpoint& checkpoint) {
    EXPECT_THAT(names_of(checkpoint),
                ElementsAre("conv.weight", "conv.bias", "bn.num_batches_tracked"));
    expect_same(tensor_named(checkpoint, "conv.weight"), ramp({2, 1, 2, 2}, 0.5));
    expect_same(tensor_named(checkpoint, "conv.bias"), ramp({2}, -1));
    expect_same(tensor_named(checkpoint, "bn.num_batches_tracked"), torch::tensor(int64_t{7}));
  }
};

INSTANTIATE_TEST_SUITE_P(Formats, TorchFileTest, ::testing::Values("", "_legacy"),
                         [](const auto& info) { return *info.param == '\0' ? "Zip" : "Legacy"; });

TEST_P(TorchFileTest, ReadsAStateDictionaryInOrder) { expect_small(load("small")); }

TEST_P(TorchFileTest, ReadsANewerPickleProtocol) { expect_small(load("protocol4")); }

TEST_P(TorchFileTest, TakesOffThePrefixOfDataParallel) { expect_small(load("module_prefix")); }

TEST_P(TorchFileTest, TakesTheNestedStateDictionaryAndSkipsTheRest) {
  expect_small(load("training"));
}

TEST_P(TorchFileTest, ReadsViewsOfOneSharedStorage) {
  const Checkpoint checkpoint = load("views");
  const at::Tensor base = tensor_named(checkpoint, "base");
  expect_same(base, ramp({3, 4}, 0.5));
  expect_same(tensor_named(checkpoint, "transposed"), base.t());
  expect_same(tensor_named(checkpoint, "column"), base.select(1, 1));
  expect_same(tensor_named(checkpoint, "rows"), base.slice(0, 1));
  expect_same(tensor_named(checkpoint, "expanded"), torch::full({3}, 5.0));
  expect_same(tensor_named(checkpoint, "scalar"), torch::tensor(2.5));
  expect_same(tensor_named(checkpoint, "empty"), torch::zeros({0, 3}));
  EXPECT_TRUE(tensor_named(checkpoint, "rows").is_alias_of(base));
}

TEST_P(TorchFileTest, ReadsEveryDtype) { expect_every_dtype(load("dtypes")); }

// Loading it with Python's pickle runs a shell.
TEST_P(TorchFileTest, NamesCodeAndDoesNotRunIt) {
  ::testing::internal::CaptureStdout();
  const Checkpoint checkpoint = load("malicious");
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
  EXPECT_THAT(names_of(checkpoint), ElementsAre("weight"));
  EXPECT_THAT(checkpoint.foreign_globals, ElementsAre("posix.system"));
}

TEST(TorchFile, ReadsParametersAndNumpyScalarsOfEitherName) {
  expect_same(tensor_named(load_checkpoint(fixture("parameter.pth")), "weight"), ramp({2}, 0.5));
  EXPECT_EQ(load_checkpoint(fixture("older_numpy.pth")).tensors.size(), 3u);
}

TEST(TorchFile, ReadsTensorsSavedFromAnotherDeviceOrByteOrder) {
  for (const char* name : {"cuda.pth", "big_endian.pth"}) {
    SCOPED_TRACE(name);
    const at::Tensor weight = tensor_named(load_checkpoint(fixture(name)), "weight");
    EXPECT_TRUE(weight.device().is_cpu());
    expect_same(weight, ramp({3}, 0.5));
  }
}

// The part begins at element 2 of the storage and the tensor at element 1 of the part.
TEST(TorchFile, ReadsPartsOfStoragesAndPython2Dictionaries) {
  for (const char* name : {"old_legacy.pth", "old_big_endian_legacy.pth"}) {
    SCOPED_TRACE(name);
    const Checkpoint checkpoint = load_checkpoint(fixture(name));
    expect_same(tensor_named(checkpoint, "part"), torch::tensor({3., 4.}, torch::kFloat));
  }
}

TEST(TorchFile, ObjectsOtherThanStateDictionariesAreErrorsWithAdvice) {
  EXPECT_THAT(error_of_fixture("whole_module.pth"),
              AllOf(HasSubstr("'torch.nn.modules.linear.Linear'"), HasSubstr("state_dict()")));
  EXPECT_THAT(error_of_fixture("no_tensors.pth"),
              AllOf(HasSubstr("holds no tensors"), HasSubstr("state_dict()")));
  EXPECT_THAT(error_of_fixture("bare_tensor.pth"),
              AllOf(HasSubstr("single object"), HasSubstr("state_dict()")));
}

TEST(TorchFile, PicklesAndArchivesOfOtherProgramsAreErrors) {
  const TemporaryFolder folder;
  write_bytes(folder / "plain.pkl", "\x80\x02}.");
  EXPECT_THAT(io_error_of([&] { load_checkpoint(folder / "plain.pkl"); }),
              HasSubstr("not one that torch.save wrote"));
}

/// A legacy file whose one tensor has these pickled arguments after its storage of three floats
/// "0".
std::string legacy_file(const std::string& tensor_arguments) {
  const std::string magic = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";
  const std::string preamble = magic + "\x80\x02M\xe9\x03.\x80\x02}.";
  const std::string storage =
      "(U\x07storagectorch\nFloatStorage\nU\x01"
      "0U\x03"
      "cpuK\x03tQ";
  const std::string tensor =
      "ctorch._utils\n_rebuild_tensor_v2\n(" + storage + tensor_arguments + "\x89}tR";
  return preamble + "\x80\x02}U\x01w" + tensor +
         "s.\x80\x02]U\x01"
         "0a." +
         little_endian(3, 8) + std::string(12, '\0');
}

TEST(TorchFile, TensorsThatReachOutsideTheirStorageAreErrors) {
  const TemporaryFolder folder;
  const auto load = [&](const std::string& arguments) {
    write_bytes(folder / "file", legacy_file(arguments));
    return load_checkpoint(folder / "file");
  };
  expect_same(load("K\x01K\x02\x85K\x01\x85").tensors.at(0).value, torch::zeros({2}));
  const std::string huge = "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f";
  for (const std::string& arguments : {
           std::string("K\x02K\x02\x85K\x01\x85"),              // offset 2, two elements
           std::string("K\x01K\x02\x85K\x02\x85"),              // stride 2
           std::string("J\xff\xff\xff\xffK\x01\x85K\x01\x85"),  // offset -1
           std::string("K\x01K\x01\x85J\xff\xff\xff\xff\x85"),  // stride -1
           std::string("K\x01J\xff\xff\xff\xff\x85K\x01\x85"),  // size -1
           "K\x01" + huge + "\x85K\x01\x85",                    // size beyond everything
           "K\x01K\x02\x85" + huge + "\x85",                    // stride beyond everything
           huge + "K\x01\x85K\x01\x85",                         // offset beyond everything
           std::string("K\x01K\x01K\x01\x86K\x01\x85"),         // two sizes, one stride
       }) {
    EXPECT_THAT(io_error_of([&] { load(arguments); }), HasSubstr("tensor 'w'"));
  }
}

}  // namespace
}  // namespace ptqbench
