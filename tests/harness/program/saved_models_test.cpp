#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/harness/program/program.h"

namespace ptqbench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::ptqbench;
using testing::read_bytes;
using testing::small_sweep;
using testing::stored_cells;
using testing::write_bytes;

class SavedModels : public ::testing::Test {
 protected:
  /// A sweep of one cell of another task than images.
  std::string sweep(const std::string& task, const std::string& dataset, const std::string& model,
                    const std::string& checkpoint, const std::string& text = "") {
    const std::string shipped = std::string(PTQBENCH_SOURCE_DIR) + "/configs/checkpoints/";
    return folder_.write(
        task + ".yaml",
        "name: other\ntask: " + task + "\ndataset: " + dataset + "\n" +
            (text.empty() ? "" : "text: {vocabulary: " + shipped + text + "}\n") +
            "models: [{name: " + model + ", checkpoint: " + shipped + checkpoint +
            "}]\nbits: [w4a4]\nmethods: [qdrop]\nsettings: {calibration_samples: 8, "
            "range_samples: 8, batch_size: 4, iterations: 2, step_iterations: 2}\n"
            "evaluation: {samples: 20, batch_size: 10}\n"
            "report: {held_out_samples: 0, flatness_samples: 0}\nthreads: 1\n");
  }

  void save(const std::string& config, const std::string& options = "", int ranks = 0) const {
    const auto run =
        ptqbench("run " + config + " --save-models --out " + out_ + " " + options, ranks);
    ASSERT_EQ(run.exit_code, 0) << run.output;
  }

  void expect_the_recorded_bits() const {
    const auto again = ptqbench("evaluate " + out_ + " qdrop");
    EXPECT_EQ(again.exit_code, 0) << again.output;
    EXPECT_THAT(again.output, HasSubstr("equal to the record bit for bit"));
  }

  testing::TemporaryFolder folder_;
  std::string out_ = folder_.at("run");
  std::string config_ = folder_.write("small.yaml", small_sweep());
};

TEST_F(SavedModels, GiveTheRecordedMetricsOfEveryMethodBitForBit) {
  save(config_);
  for (const auto& cell : stored_cells(out_)) {
    const auto again =
        ptqbench("evaluate " + out_ + "/models/" + cell.fingerprint + ".safetensors");
    EXPECT_EQ(again.exit_code, 0) << again.output;
    EXPECT_THAT(again.output, AllOf(HasSubstr("resnet20 w2a4 " + cell.method + " seed 1"),
                                    HasSubstr("equal to the record bit for bit")));
  }
  const auto by_words = ptqbench("evaluate " + out_ + " qdrop");
  EXPECT_THAT(by_words.output, HasSubstr("w2a4 qdrop seed 1"));
}

TEST_F(SavedModels, OfAGroupOfRanksAreThoseOfItsLeader) {
  save(config_, "--filter method=qdrop --set devices_per_cell=2", 2);
  expect_the_recorded_bits();
}

TEST_F(SavedModels, OfTextsAreMeasuredAgain) {
  save(sweep("text_classification", "wordnet_gloss", "bert_tiny",
             "bert_tiny_wordnet_gloss.safetensors", "wordnet_vocab.txt, max_length: 64"));
  expect_the_recorded_bits();
}

TEST_F(SavedModels, OfQuestionsAreMeasuredAgain) {
  save(sweep("question_answering", "wordnet_questions", "bert_tiny",
             "bert_tiny_wordnet_questions.safetensors", "wordnet_vocab.txt, max_length: 96"));
  expect_the_recorded_bits();
}

TEST_F(SavedModels, OfDetectorsHaveTheirHeads) {
  save(sweep("object_detection", "scenes", "faster_rcnn_resnet18_narrow",
             "faster_rcnn_resnet18_narrow_scenes.safetensors"),
       "--set settings.quantize_heads=true");
  expect_the_recorded_bits();
}

TEST_F(SavedModels, MeasuredOnOtherDataAreComparedWithNothing) {
  testing::write_image_folder(folder_, "pictures");
  save(config_,
       "--filter method=nearest --set settings.calibration_samples=8 --set "
       "settings.range_samples=8 --set report.held_out_samples=0 --set 'dataset={name: "
       "image_folder, root: " +
           folder_.at("pictures") + ", resize: 32, crop: 32}'");
  EXPECT_EQ(ptqbench("evaluate " + out_ + " nearest").exit_code, 0);
  std::filesystem::copy_file(folder_ / "pictures/test/a/1.jpg", folder_ / "pictures/test/a/2.jpg");
  const auto more = ptqbench("evaluate " + out_ + " nearest");
  EXPECT_EQ(more.exit_code, 3) << more.output;
  EXPECT_THAT(more.output, HasSubstr("measured on other data than recorded"));
}

TEST_F(SavedModels, ThatCannotBeSavedCostNoResult) {
  const std::string run = "run " + config_ + " --filter method=nearest --out " + out_;
  ASSERT_EQ(ptqbench(run).exit_code, 0);
  const auto before = stored_cells(out_).at(0);
  // In the place of the folder.
  folder_.write("run/models", "");
  const auto plan = ptqbench(run + " --save-models --dry-run");
  EXPECT_THAT(plan.output, HasSubstr("1 to do"));
  const auto failed = ptqbench(run + " --save-models --set retries=0");
  EXPECT_EQ(failed.exit_code, 1) << failed.output;
  EXPECT_THAT(failed.output, HasSubstr("save_model: cannot create the folder"));
  EXPECT_EQ(testing::computed_values(stored_cells(out_).at(0)), testing::computed_values(before));
  EXPECT_EQ(stored_cells(out_).at(0).status, CellStatus::kFinished);
}

TEST_F(SavedModels, OfDetectorsTellClassesAndWhatTheyFind) {
  save(sweep("object_detection", "scenes", "retinanet_resnet18_narrow",
             "retinanet_resnet18_narrow_scenes.safetensors"));
  const auto file = folder_.at("found.json");
  const auto nowhere = ptqbench("evaluate " + out_ + " qdrop --detections /no/such/folder/a.json");
  EXPECT_EQ(nowhere.exit_code, 2);
  EXPECT_THAT(nowhere.output, HasSubstr("/no/such/folder/a.json cannot be written"));
  const auto again = ptqbench("evaluate " + out_ + " qdrop --per-class --detections " + file);
  EXPECT_EQ(again.exit_code, 0) << again.output;
  EXPECT_THAT(again.output, AllOf(HasSubstr("equal to the record bit for bit"),
                                  HasSubstr("Ankle boot"), HasSubstr("detections in " + file)));
  EXPECT_THAT(read_bytes(file), AllOf(HasSubstr("\"bbox\":["), HasSubstr("\"score\":"),
                                      HasSubstr("\"category_id\":"), HasSubstr("\"image_id\":1")));
}

TEST_F(SavedModels, ThatWereNotAskedForComeWithASecondRunToTheSameNumbers) {
  const std::string only = "--filter method=nearest";
  ASSERT_EQ(ptqbench("run " + config_ + " --out " + out_ + " " + only).exit_code, 0);
  const auto before = stored_cells(out_).at(0);
  const auto none = ptqbench("evaluate " + out_ + " nearest");
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_THAT(none.output, HasSubstr("was not saved; `ptqbench run ... --save-models` does that"));
  const auto run = ptqbench("run " + config_ + " --save-models --out " + out_ + " " + only);
  EXPECT_THAT(run.output, HasSubstr("1 finished cell runs again"));
  EXPECT_EQ(testing::computed_values(stored_cells(out_).at(0)), testing::computed_values(before));
  EXPECT_EQ(ptqbench("evaluate " + out_ + " nearest").exit_code, 0);
  const auto done = ptqbench("run " + config_ + " --save-models --out " + out_ + " " + only);
  EXPECT_THAT(done.output, HasSubstr("1 already done, 0 to run now"));
}

TEST_F(SavedModels, ThatWereAlteredAreNoticed) {
  save(config_, "--filter method=nearest");
  const auto path = *std::filesystem::directory_iterator(out_ + "/models");
  auto bytes = read_bytes(path.path());
  // Weights of two bits, in the middle of the file.
  for (size_t i = bytes.size() / 2; i < bytes.size() * 3 / 4; ++i)
    bytes[i] = static_cast<char>(bytes[i] ^ 1);
  write_bytes(folder_ / "altered.safetensors", bytes);
  const auto altered = ptqbench("evaluate " + folder_.at("altered.safetensors"));
  EXPECT_EQ(altered.exit_code, 1) << altered.output;
  EXPECT_THAT(altered.output, AllOf(HasSubstr("differs by"), HasSubstr("NOT equal")));

  write_bytes(folder_ / "cut.safetensors", bytes.substr(0, bytes.size() / 2));
  EXPECT_EQ(ptqbench("evaluate " + folder_.at("cut.safetensors")).exit_code, 2);
  const auto plain = ptqbench("evaluate " + std::string(PTQBENCH_SOURCE_DIR) +
                              "/configs/checkpoints/resnet20_fashion_mnist.safetensors");
  EXPECT_EQ(plain.exit_code, 2);
  EXPECT_THAT(plain.output, HasSubstr("not a quantized model of ptqbench"));
  const auto boxes = ptqbench("evaluate " + out_ + " nearest --per-class");
  EXPECT_EQ(boxes.exit_code, 2);
  EXPECT_THAT(boxes.output, HasSubstr("this model is of image_classification"));
}

}  // namespace
}  // namespace ptqbench
