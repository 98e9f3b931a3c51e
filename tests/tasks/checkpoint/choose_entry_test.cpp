#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "support/data_error.h"
#include "tasks/checkpoint/checkpoint.h"
#include "tasks/checkpoint/safetensors.h"
#include "tests/tasks/checkpoint/test_files.h"
#include "tests/tasks/checkpoint/test_tensors.h"

namespace ptqbench {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// The parameters of the network that the fixtures of found_in_the_wild() hold.
std::vector<NamedTensor> small_parameters() {
  return {{"conv.weight", torch::zeros({2, 1, 2, 2})},
          {"conv.bias", torch::zeros({2})},
          {"bn.num_batches_tracked", torch::zeros({}, torch::kLong)}};
}

/// What `conv.bias` is after the file was taken.
float bias_of(const std::filesystem::path& path, const CheckpointOptions& options = {}) {
  const auto parameters = small_parameters();
  assign_parameters(load_checkpoint(path, options, parameters), parameters);
  EXPECT_TRUE(parameters[0].value.equal(ramp({2, 1, 2, 2}, 0.5)));
  return parameters[1].value[0].item<float>();
}

class WildFile : public ::testing::TestWithParam<const char*> {
 protected:
  static std::filesystem::path file(const std::string& name) {
    return fixture(name + GetParam() + ".pth");
  }
};

INSTANTIATE_TEST_SUITE_P(Formats, WildFile, ::testing::Values("", "_legacy"),
                         [](const auto& info) { return *info.param == '\0' ? "Zip" : "Legacy"; });

// Published accuracies of many networks are those of averaged weights, which lie beside the others.
TEST_P(WildFile, OfSeveralEntriesThatFitOneMustBeChosen) {
  EXPECT_THAT(io_error_of([&] { bias_of(file("two_entries")); }),
              AllOf(HasSubstr("2 entries that fit the model: 'state_dict', 'state_dict_ema'"),
                    HasSubstr("checkpoint_entry")));
  CheckpointOptions options;
  options.entry = "state_dict_ema";
  EXPECT_EQ(bias_of(file("two_entries"), options), 4);
  options.entry = "state_dict";
  EXPECT_EQ(bias_of(file("two_entries"), options), 0);
  options.entry = "ema";
  EXPECT_THAT(io_error_of([&] { bias_of(file("two_entries"), options); }),
              HasSubstr("no entry 'ema' with tensors; it has 'state_dict', 'state_dict_ema'"));
}

TEST_P(WildFile, WrappersAreOpenedAtAnyDepth) {
  EXPECT_EQ(bias_of(file("wrapped_twice")), 5);
  const auto parameters = small_parameters();
  const auto checkpoint = load_checkpoint(file("wrapped_twice"), {}, parameters);
  EXPECT_EQ(checkpoint.entry, "model.state_dict");
  EXPECT_EQ(checkpoint.prefix, "module.");
}

TEST_P(WildFile, ForeignClassesArePassedOverAndNamed) {
  EXPECT_EQ(bias_of(file("foreign_classes")), 6);
  const auto checkpoint = load_checkpoint(file("foreign_classes"), {}, small_parameters());
  EXPECT_THAT(checkpoint.foreign_globals,
              ::testing::IsSupersetOf({"argparse.Namespace", "__main__.HistoryBuffer",
                                       "__main__.Settings", "functools.partial"}));
}

TEST(ChooseEntry, CountersOfHelpersThatAverageDecideNothing) {
  const std::vector<NamedTensor> parameters = {{"weight", torch::zeros({2, 2})},
                                               {"bias", torch::zeros({2})}};
  assign_parameters(load_checkpoint(fixture("averaged.pth"), {}, parameters), parameters);
  EXPECT_TRUE(parameters[0].value.equal(torch::full({2, 2}, 7.0)));
}

TEST(ChooseEntry, TensorsOfUnknownTypesMatterOnlyWhereTheyAreWanted) {
  std::vector<NamedTensor> parameters = {{"weight", torch::zeros({2})}};
  assign_parameters(load_checkpoint(fixture("odd_types.pth"), {}, parameters), parameters);
  EXPECT_TRUE(parameters[0].value.equal(ramp({2}, 0.5)));
  parameters.push_back({"wide", torch::zeros({2})});
  EXPECT_THAT(io_error_of([&] { load_checkpoint(fixture("odd_types.pth"), {}, parameters); }),
              AllOf(HasSubstr("'wide'"), HasSubstr("'torch.float8_e4m3fn', which is not known")));
}

/// Files of the two parameters `a.weight` and `b.weight`, which are 1 and 2, under other names.
class NamesTest : public ::testing::Test {
 protected:
  std::filesystem::path save(const std::vector<std::pair<std::string, double>>& tensors) {
    std::vector<NamedTensor> values;
    for (const auto& [name, value] : tensors) values.push_back({name, torch::full({1}, value)});
    save_safetensors(folder_ / "file.safetensors", values, {});
    return folder_ / "file.safetensors";
  }
  /// What the two parameters are then.
  std::vector<float> load(const std::vector<std::pair<std::string, double>>& tensors,
                          const CheckpointOptions& options = {}) {
    const std::vector<NamedTensor> parameters = {{"a.weight", torch::zeros({1})},
                                                 {"b.weight", torch::zeros({1})}};
    assign_parameters(load_checkpoint(save(tensors), options, parameters), parameters);
    return {parameters[0].value.item<float>(), parameters[1].value.item<float>()};
  }
  std::string error_of(const std::vector<std::pair<std::string, double>>& tensors,
                       const CheckpointOptions& options = {}) {
    return io_error_of([&] { load(tensors, options); });
  }

  TemporaryFolder folder_;
};

TEST_F(NamesTest, APrefixOfAllNamesIsTakenOff) {
  for (const char* prefix : {"", "module.", "_orig_mod.", "module._orig_mod.", "_orig_mod.module.",
                             "model.", "net.backbone.", "a."}) {
    SCOPED_TRACE(prefix);
    EXPECT_THAT(load({{prefix + std::string("a.weight"), 1}, {prefix + std::string("b.weight"), 2}}),
                ElementsAre(1, 2));
  }
}

TEST_F(NamesTest, WrappersOfPartsAreTakenOut) {
  EXPECT_THAT(load({{"a._orig_mod.weight", 1}, {"b._checkpoint_wrapped_module.weight", 2}}),
              ElementsAre(1, 2));
  EXPECT_THAT(load({{"_fsdp_wrapped_module.a.weight", 1},
                    {"_fsdp_wrapped_module.b._fsdp_wrapped_module.weight", 2}}),
              ElementsAre(1, 2));
}

TEST_F(NamesTest, OtherTensorsBesideThePrefixAreNamed) {
  const std::vector<std::pair<std::string, double>> tensors = {
      {"model.a.weight", 1}, {"model.b.weight", 2}, {"criterion.weight", 3}};
  EXPECT_THAT(error_of(tensors), AllOf(HasSubstr("under 'model.' and 1 other tensors"),
                                       HasSubstr("'criterion.weight'; prefix: model.")));
  CheckpointOptions options;
  options.prefix = "model.";
  EXPECT_THAT(load(tensors, options), ElementsAre(1, 2));
  options.prefix.clear();
  options.ignore = {"criterion.*"};
  EXPECT_THAT(load(tensors, options), ElementsAre(1, 2));
}

TEST_F(NamesTest, AModelThatIsThereTwiceMustBeChosen) {
  const std::vector<std::pair<std::string, double>> tensors = {{"online.a.weight", 1},
                                                               {"online.b.weight", 2},
                                                               {"ema.a.weight", 3},
                                                               {"ema.b.weight", 4},
                                                               {"step", 9}};
  EXPECT_THAT(error_of(tensors),
              HasSubstr("holds the model 2 times, under 'ema.', 'online.'; choose with prefix"));
  CheckpointOptions options;
  options.prefix = "ema.";
  EXPECT_THAT(load(tensors, options), ElementsAre(3, 4));
}

TEST_F(NamesTest, WhatIsMissingIsReportedUnderThePrefixThatServesBest) {
  EXPECT_THAT(error_of({{"module.a.weight", 1}, {"module.c.weight", 2}}),
              AllOf(HasSubstr("1 missing: b.weight"), HasSubstr("1 unexpected: c.weight")));
}

TEST_F(NamesTest, ValuesThatCannotBeWeightsAreRefused) {
  const double nan = std::nan("");
  EXPECT_THAT(error_of({{"a.weight", nan}, {"b.weight", 1}}),
              HasSubstr("1 with values that are not finite: a.weight (1 of 1)"));
  EXPECT_THAT(error_of({{"a.weight", 1}, {"b.weight", HUGE_VAL}}), HasSubstr("b.weight (1 of 1)"));
  const std::vector<NamedTensor> parameters = {{"bn.running_var", torch::ones({3})}};
  save_safetensors(folder_ / "bn", {{"bn.running_var", torch::tensor({1.0F, -1e-3F, 0.0F})}}, {});
  EXPECT_THAT(io_error_of([&] {
                assign_parameters(load_checkpoint(folder_ / "bn", {}, parameters), parameters);
              }),
              HasSubstr("1 with negative variances: bn.running_var (1 of 3)"));
  EXPECT_TRUE(parameters[0].value.equal(torch::ones({3}))) << "nothing is changed";
}

TEST_F(NamesTest, ABertWithoutItsOwnPrefixLacksOnlyTheHead) {
  const std::vector<NamedTensor> parameters = {
      {"bert.embeddings.word.weight", torch::zeros({1})},
      {"bert.encoder.layer.0.LayerNorm.weight", torch::zeros({1})},
      {"classifier.weight", torch::zeros({1})}};
  const auto load = [&](const std::vector<std::pair<std::string, double>>& tensors) {
    assign_parameters(load_checkpoint(save(tensors), {}, parameters), parameters);
  };
  EXPECT_THAT(io_error_of([&] {
                load({{"embeddings.word.weight", 1},
                      {"encoder.layer.0.LayerNorm.weight", 2},
                      {"pooler.dense.weight", 3}});
              }),
              AllOf(HasSubstr("1 missing: classifier.weight"),
                    ::testing::Not(HasSubstr("unexpected"))));
  load({{"embeddings.word.weight", 1},
        {"encoder.layer.0.LayerNorm.gamma", 2},
        {"classifier.weight", 3}});
  EXPECT_EQ(parameters[1].value.item<float>(), 2);
}

class ShardsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    save_safetensors(folder_ / "one.safetensors",
                     {{"a.weight", torch::full({1}, 1.0)}, {"old", torch::ones({1})}}, {});
    save_safetensors(folder_ / "two.safetensors", {{"b.weight", torch::full({1}, 2.0)}}, {});
    index(R"({"a.weight": "one.safetensors", "b.weight": "two.safetensors"})");
  }
  void index(const std::string& map) {
    write_bytes(file_, "{\"metadata\": {\"total_size\": 8}, \"weight_map\": " + map + "}");
  }
  std::string error() {
    return io_error_of([&] { load_checkpoint(file_, {}, parameters_); });
  }

  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "model.safetensors.index.json";
  std::vector<NamedTensor> parameters_ = {{"a.weight", torch::zeros({1})},
                                          {"b.weight", torch::zeros({1})}};
};

TEST_F(ShardsTest, AreReadAsOneCheckpointOfWhatTheIndexNames) {
  const auto checkpoint = load_checkpoint(file_, {}, parameters_);
  assign_parameters(checkpoint, parameters_);
  EXPECT_EQ(parameters_[0].value.item<float>(), 1);
  EXPECT_EQ(parameters_[1].value.item<float>(), 2);
  EXPECT_EQ(checkpoint.content_hash, checkpoint_hash(file_));
  save_safetensors(folder_ / "two.safetensors", {{"b.weight", torch::full({1}, 3.0)}}, {});
  EXPECT_NE(checkpoint_hash(file_), checkpoint.content_hash) << "every part counts";
}

TEST_F(ShardsTest, MissingPartsAndTensorsAreNamed) {
  index(R"({"a.weight": "one.safetensors", "b.weight": "three.safetensors"})");
  EXPECT_THAT(error(), HasSubstr("1 of its 2 files is missing: 'three.safetensors'"));
  index(R"({"a.weight": "one.safetensors", "b.weight": "one.safetensors"})");
  EXPECT_THAT(error(), HasSubstr("lacks the tensor 'b.weight'"));
  index(R"({"a.weight": "../one.safetensors"})");
  EXPECT_THAT(error(), HasSubstr("'../one.safetensors' is not beside the index"));
  index("[1]");
  EXPECT_THAT(error(), HasSubstr("no 'weight_map'"));
}

}  // namespace
}  // namespace ptqbench
