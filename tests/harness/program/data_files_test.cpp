#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/harness/program/program.h"

namespace ptqbench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::ptqbench;
using testing::small_sweep;
using testing::TemporaryFolder;
using testing::write_image_folder;

const std::string kRows = "index\tsentence1\tsentence2\tlabel\n";

/// A sweep on RTE with these rows to evaluate on.
std::string rte_sweep(const TemporaryFolder& folder, const std::string& rows) {
  folder.write("RTE/train.tsv", kRows + "0\tA.\tB.\tentailment\n1\tA.\tB.\t1\n");
  folder.write("RTE/dev.tsv", kRows + rows);
  folder.write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\nb\n.\n");
  return folder.write("glue.yaml",
                      "name: glue\ntask: text_classification\n"
                      "dataset: {name: glue_rte, root: .}\ntext: {vocabulary: vocab.txt}\n"
                      "models: [{name: bert_tiny, checkpoint: " +
                          folder.write("x.safetensors", "x") +
                          "}]\nbits: [w4a4]\nmethods: [nearest]\n"
                          "settings: {calibration_samples: 2, range_samples: 2}\n");
}

TEST(DataFiles, MessagesSurviveBytesOfAnyEncoding) {
  const TemporaryFolder folder;
  const auto sweep = rte_sweep(folder, "0\tA.\tB.\toui\xe9\n");
  for (const char* command : {"run ", "plan ", "describe ", "sensitivity "}) {
    const auto result = ptqbench(command + sweep);
    EXPECT_EQ(result.exit_code, 2) << command << result.output;
    EXPECT_THAT(result.output, HasSubstr("RTE/dev.tsv:2: unknown label 'oui\\xE9'")) << command;
    EXPECT_THAT(result.output, Not(HasSubstr("unforeseen"))) << command;
  }
  const auto two = ptqbench("run " + sweep, 2);
  EXPECT_THAT(two.output, HasSubstr("unknown label 'oui\\xE9'"));
}

TEST(DataFiles, NamesOfFilesSurviveInEveryEncoding) {
  const TemporaryFolder folder;
  folder.write("annotations/instances_train.json",
               R"({"images": [{"id": 1, "file_name": "caf)" + std::string("\xe9") + R"(.png"}]})");
  folder.write("train/x", "");
  const auto sweep =
      folder.write("coco.yaml",
                   "name: c\ntask: object_detection\n"
                   "dataset: {name: coco, root: ., evaluation_split: train}\n"
                   "models: [{name: retinanet_resnet18_narrow, checkpoint: coco.yaml}]\n"
                   "bits: [w4a4]\nmethods: [nearest]\n");
  const auto run = ptqbench("run " + sweep + " --out '" + folder.at("caf\xe9") + "'");
  EXPECT_EQ(run.exit_code, 2) << run.output;
  EXPECT_THAT(run.output,
              AllOf(HasSubstr("instances_train.json:1: not valid JSON"), HasSubstr("\\xE9")));
}

TEST(DataFiles, APlanRefusesDataThatAreThereAndCannotBeUsed) {
  const TemporaryFolder folder;
  const auto sweep = rte_sweep(folder, "0\tA.\n");
  const auto broken = ptqbench("plan " + sweep);
  EXPECT_EQ(broken.exit_code, 2) << broken.output;
  EXPECT_THAT(broken.output, HasSubstr("RTE/dev.tsv:2: 2 columns, expected at least 4"));
  EXPECT_THAT(broken.output, Not(HasSubstr("missing:")));
  std::filesystem::remove(folder / "RTE/dev.tsv");
  const auto missing = ptqbench("plan " + sweep);
  EXPECT_EQ(missing.exit_code, 0) << missing.output;
  EXPECT_THAT(missing.output, AllOf(HasSubstr("missing:"), HasSubstr("dev.tsv' does not exist")));
}

TEST(DataFiles, APlanCanReadAllDataAndListsAllThatIsWrong) {
  const TemporaryFolder folder;
  write_image_folder(folder, "data");
  auto sweep = small_sweep();
  sweep.replace(sweep.find("fashion_mnist\n"), 13,
                "{name: image_folder, resize: 32, crop: 32, root: " + folder.at("data") + "}");
  sweep.replace(sweep.find("calibration_samples: 16, range_samples: 16"), 42,
                "calibration_samples: 4, range_samples: 4");
  const auto config = folder.write("sweep.yaml", sweep);
  const auto good = ptqbench("plan --check-data " + config);
  EXPECT_EQ(good.exit_code, 0) << good.output;
  EXPECT_THAT(good.output, HasSubstr("data checked: 1 of 1 task, 20 pictures; 0 problems"));
  folder.write("data/test/c/1.jpg", "not a JPEG");
  std::filesystem::resize_file(folder / "data/train/j/1.jpg", 900);
  const auto bad = ptqbench("plan --check-data " + config);
  EXPECT_EQ(bad.exit_code, 2) << bad.output;
  EXPECT_THAT(bad.output, AllOf(HasSubstr("20 pictures; 2 problems"), HasSubstr("test/c/1.jpg"),
                                HasSubstr("train/j/1.jpg")));
}

TEST(DataFiles, WhatIsLetPassIsNoted) {
  const TemporaryFolder folder;
  const auto sweep = rte_sweep(folder, "0\tA.\tcaf\xe9\tentailment\n1\tA.\tB.\t1.0\n");
  const auto check = ptqbench("plan --check-data " + sweep);
  EXPECT_THAT(check.output, HasSubstr("note: dev.tsv: 1 row has bytes that are no UTF-8"));
}

TEST(DataFiles, ResultsAreExportedForOlderReaders) {
  const TemporaryFolder folder;
  const auto config = folder.write("small.yaml", small_sweep());
  const auto run = folder.at("run");
  ASSERT_EQ(ptqbench("run " + config + " --filter method=nearest --out " + run).exit_code, 0);
  EXPECT_EQ(testing::read_bytes(folder / "run/results.h5").at(8), 3);
  const auto exported = folder.at("old.h5");
  const auto result = ptqbench("export " + run + " --format h5 --libver v18 --out " + exported);
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_EQ(testing::read_bytes(exported).at(8), 2);
  EXPECT_EQ(ptqbench("export " + exported + " --format csv 2>/dev/null").output,
            ptqbench("export " + run + " --format csv 2>/dev/null").output);
  const auto refused = [&](const std::string& arguments, const std::string& message) {
    const auto refusal = ptqbench("export " + run + arguments);
    EXPECT_EQ(refusal.exit_code, 2) << refusal.output;
    EXPECT_THAT(refusal.output, HasSubstr(message));
  };
  refused(" --format h5", "needs --out FILE");
  refused(" --libver v18", "is for --format h5");
  refused(" --format h5 --out " + run + "/results.h5", "another file");
}

}  // namespace
}  // namespace ptqbench
