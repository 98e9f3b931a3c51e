#include "tasks/data_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tasks/data/png_writer.h"
#include "tests/helpers/files.h"

namespace ptqbench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Image picture(int width, int height) {
  Image image;
  image.width = width;
  image.height = height;
  image.rgb.resize(static_cast<size_t>(width * height * 3), 100);
  return image;
}

class DataCheckTest : public ::testing::Test {
 protected:
  TaskOptions options(const std::string& task, const std::string& dataset) const {
    TaskOptions options;
    options.name = task;
    options.dataset.name = dataset;
    options.dataset.root = folder_.path().string();
    return options;
  }

  testing::TemporaryFolder folder_;
};

TEST_F(DataCheckTest, EveryBrokenPictureIsNamed) {
  for (const char* split : {"train", "test"}) {
    for (const char* name : {"a/1.png", "a/2.png", "b/1.png"}) {
      std::filesystem::create_directories((folder_ / split / name).parent_path());
      write_png(folder_ / split / name, picture(4, 4));
    }
  }
  auto pictures = options("image_classification", "image_folder");
  const auto good = check_data(pictures, 3);
  EXPECT_THAT(good.problems, IsEmpty());
  EXPECT_EQ(good.pictures, 6);
  folder_.write("test/a/2.png", "no picture");
  std::filesystem::resize_file(folder_ / "train/b/1.png", 60);
  const auto bad = check_data(pictures, 3);
  EXPECT_THAT(bad.problems, ElementsAre(HasSubstr("train/b/1.png"), HasSubstr("test/a/2.png")));
  EXPECT_EQ(bad.pictures, 6);
  // The data set itself looks at the first one.
  folder_.write("test/a/1.png", "no picture, either");
  EXPECT_THAT(check_data(pictures, 3).problems,
              ::testing::IsSupersetOf({HasSubstr("train/b/1.png"), HasSubstr("test/a/1.png"),
                                       HasSubstr("test/a/2.png")}));
}

TEST_F(DataCheckTest, EveryWrongAnnotationAndItsPicturesAreNamed) {
  for (const char* split : {"train", "test"}) {
    std::filesystem::create_directories(folder_ / split);
    write_png(folder_ / split / "a.png", picture(4, 3));
    folder_.write(std::string("annotations/instances_") + split + ".json", R"({
      "images": [{"id": 1, "file_name": "a.png", "width": 4, "height": 3},
                 {"id": 2, "file_name": "none.png", "width": 4, "height": 3}],
      "categories": [{"id": 1, "name": "x"}],
      "annotations": [
        {"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, -1, 2], "area": 2},
        {"id": 2, "image_id": 1, "category_id": 1, "bbox": [0, 0, 1, 2], "area": 2},
        {"id": 3, "image_id": 1, "category_id": 7, "bbox": [0, 0, 1, 2], "area": 2}]})");
  }
  auto coco = options("object_detection", "coco");
  coco.dataset.evaluation_split = "train";
  const auto check = check_data(coco, 2);
  EXPECT_THAT(check.problems,
              ElementsAre(HasSubstr("annotations[0].bbox: width and height must not be negative"),
                          HasSubstr("annotations[2].category_id: no category has the id 7"),
                          HasSubstr("none.png' does not exist")));
  EXPECT_EQ(check.pictures, 2);
}

TEST_F(DataCheckTest, EveryWrongRowAndQuestionIsNamed) {
  const std::string rows = "index\tsentence1\tsentence2\tlabel\n";
  folder_.write("RTE/train.tsv", rows + "0\tA.\tB.\tentailment\n");
  folder_.write("RTE/dev.tsv", rows + "0\tA.\tB.\toui\n1\tA.\n2\tA.\tB.\t1\n");
  auto rte = options("text_classification", "glue_rte");
  rte.dataset.evaluation_split = "dev";
  rte.text.vocabulary = folder_.write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n");
  EXPECT_THAT(check_data(rte, 2).problems,
              ElementsAre(HasSubstr("dev.tsv:2: unknown label 'oui'"),
                          HasSubstr("dev.tsv:3: 2 columns"), HasSubstr("[SEP] is missing")));

  const auto question = [](const std::string& members) {
    return R"({"data": [{"paragraphs": [{"context": "Mary.", "qas": [)" + members + "]}]}]}";
  };
  const std::string good = R"({"id": "1", "question": "Who?",
                               "answers": [{"text": "Mary", "answer_start": 0}]})";
  folder_.write("train-v1.1.json", question(good));
  folder_.write("dev-v1.1.json", question(R"({"id": "1", "question": "Who?", "answers": []},
                                             {"id": "2"}, )" +
                                          std::string(R"({"question": "Who?"})")));
  auto squad = options("question_answering", "squad_v1");
  squad.dataset.evaluation_split = "dev";
  EXPECT_THAT(check_data(squad, 2).problems,
              ElementsAre(HasSubstr("qas[1]: 'question' is missing"),
                          HasSubstr("qas[2]: 'id' is missing"), HasSubstr("qas[0]: no answers")));
}

TEST_F(DataCheckTest, WhatIsLetPassIsNoted) {
  const std::string rows = "index\tsentence1\tsentence2\tlabel\n";
  folder_.write("RTE/train.tsv", rows + "0\tA.\tcaf\xe9\tentailment\n");
  folder_.write("RTE/dev.tsv", rows + "0\tA.\tB.\t1.0\n");
  auto rte = options("text_classification", "glue_rte");
  rte.dataset.evaluation_split = "dev";
  rte.text.vocabulary = folder_.write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n");
  const auto check = check_data(rte, 1);
  EXPECT_THAT(check.problems, IsEmpty());
  EXPECT_THAT(check.notes, ElementsAre(HasSubstr("train.tsv: 1 row has bytes that are no UTF-8")));
}

}  // namespace
}  // namespace ptqbench
