#include "tasks/text/glue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/error.h"
#include "tests/helpers/files.h"

namespace ptqbench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

GlueSplit read(const std::string& task, const std::string& text, const std::string& split = "dev") {
  const testing::TemporaryFolder folder;
  folder.write(glue_task(task).folder + "/" + split + ".tsv", text);
  return read_glue(folder.path(), glue_task(task), split);
}

void expect_refused(const std::string& task, const std::string& text, const std::string& message) {
  try {
    read(task, text);
    FAIL() << text;
  } catch (const IoError& error) {
    EXPECT_THAT(error.what(), HasSubstr(message));
  }
}

void expect_example(const TextExample& example, const std::string& first, const std::string& second,
                    double label) {
  EXPECT_EQ(example.first, first);
  EXPECT_EQ(example.second, second);
  EXPECT_EQ(example.label, label);
}

const std::string kMnliDev =
    "index\tpromptID\tpairID\tgenre\tsentence1_binary_parse\tsentence2_binary_parse\t"
    "sentence1_parse\tsentence2_parse\tsentence1\tsentence2\tlabel1\tlabel2\tlabel3\tlabel4\t"
    "label5\tgold_label\n";

TEST(Glue, TheEightTasksAreThere) {
  std::vector<std::string> folders;
  for (const auto& task : glue_tasks()) folders.push_back(task.folder);
  EXPECT_THAT(folders, ElementsAre("CoLA", "MNLI", "MRPC", "QNLI", "QQP", "RTE", "SST-2", "STS-B"));
  EXPECT_THAT(glue_task("mnli").evaluation_splits, ElementsAre("dev_matched", "dev_mismatched"));
  EXPECT_THAT(glue_task("stsb").metrics, ElementsAre("pearson", "spearman"));
  EXPECT_TRUE(glue_task("stsb").is_regression());
  EXPECT_FALSE(glue_task("sst2").is_pair());
  try {
    glue_task("stb");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("unknown GLUE task 'stb'; did you mean 'stsb'?"));
  }
}

TEST(Glue, ColaHasNoLineOfNames) {
  const auto split = read("cola",
                          "gj04\t1\t\tThe sailors rode the breeze clear of the rocks.\n"
                          "bc01\t0\t*\tThe \"more pictures.\n");
  ASSERT_EQ(split.data.examples.size(), 2u);
  EXPECT_EQ(split.data.classes, 2);
  expect_example(split.data.examples[0], "The sailors rode the breeze clear of the rocks.", "", 1);
  expect_example(split.data.examples[1], "The \"more pictures.", "", 0);
}

TEST(Glue, MnliHasItsLabelInTheLastColumnAndBothEvaluationSplits) {
  const std::string middle = "\t0\t0\tslate\t( a )\t( b )\t(ROOT a)\t(ROOT b)\t";
  const std::string text =
      kMnliDev + "0" + middle +
      "The new rights\tare nice.\tneutral\tneutral\tneutral\tneutral\tneutral\t"
      "neutral\n1" +
      middle + "A\tB\tx\tx\tx\tx\tx\tcontradiction\n2" + middle + "C\tD\tx\tx\tx\tx\tx\t-\n3" +
      middle + "E\tF\tx\tx\tx\tx\tx\tentailment\n";
  for (const auto& name : glue_task("mnli").evaluation_splits) {
    const auto split = read("mnli", text, name);
    ASSERT_EQ(split.data.examples.size(), 3u);
    expect_example(split.data.examples[0], "The new rights", "are nice.", 1);
    expect_example(split.data.examples[1], "A", "B", 2);
    expect_example(split.data.examples[2], "E", "F", 0);
    EXPECT_EQ(split.data.classes, 3);
    EXPECT_EQ(split.skipped, 1);
  }
}

TEST(Glue, QuotationMarksAreText) {
  // Read with quoting, the first row would swallow the second.
  const auto split = read("mrpc",
                          "\xef\xbb\xbfQuality\t#1 ID\t#2 ID\t#1 String\t#2 String\r\n"
                          "1\t1\t2\t\"I am, he said .\tHe said \"\"so\"\" .\r\n"
                          "0\t3\t4\tThe \"dog .\t\"\r\n");
  ASSERT_EQ(split.data.examples.size(), 2u);
  expect_example(split.data.examples[0], "\"I am, he said .", "He said \"\"so\"\" .", 1);
  expect_example(split.data.examples[1], "The \"dog .", "\"", 0);
}

TEST(Glue, QqpRowsThatAreCutAreCounted) {
  const auto split = read("qqp",
                          "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n"
                          "1\t2\t3\tWhat is \"it?\tWhat is that?\t1\n"
                          "4\t5\t6\tHow\n"
                          "7\t8\t9\tWho?\t\t0\n"
                          "8\t8\t9\tWho?\tWhy?\t\n");
  ASSERT_EQ(split.data.examples.size(), 2u);
  expect_example(split.data.examples[0], "What is \"it?", "What is that?", 1);
  expect_example(split.data.examples[1], "Who?", "", 0);
  EXPECT_EQ(split.skipped, 2);
}

TEST(Glue, EntailmentIsTheFirstClass) {
  const std::string header = "index\tquestion\tsentence\tlabel\n";
  const auto qnli = read("qnli", header + "0\tQ?\tS.\tentailment\n1\tQ\tS\tnot_entailment\n");
  EXPECT_EQ(qnli.data.examples.at(0).label, 0);
  EXPECT_EQ(qnli.data.examples.at(1).label, 1);
  const auto rte = read("rte", "index\tsentence1\tsentence2\tlabel\n0\tA\tB\tnot_entailment\n");
  expect_example(rte.data.examples.at(0), "A", "B", 1);
}

TEST(Glue, SentimentKeepsItsSpaces) {
  const auto split = read("sst2", "sentence\tlabel\nit 's a charming film \t1\n\nbad \t0");
  ASSERT_EQ(split.data.examples.size(), 2u);
  expect_example(split.data.examples[0], "it 's a charming film ", "", 1);
  expect_example(split.data.examples[1], "bad ", "", 0);
}

TEST(Glue, SimilarityIsANumber) {
  const std::string header =
      "index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore\n";
  const std::string row = "0\tmain\tMSR\t2012\t1\tnone\tnone\tA plane.\tAn air plane.\t";
  const auto split = read("stsb", header + row + "4.750\n" + row + "0\n");
  EXPECT_EQ(split.data.classes, 0);
  expect_example(split.data.examples.at(0), "A plane.", "An air plane.", 4.75);
  for (const std::string wrong : {"", "x", "4.5x", "5.1", "-1", "nan"})
    expect_refused("stsb", header + row + "1\n" + row + wrong + "\n",
                   "STS-B/dev.tsv:3: score '" + wrong + "', expected a number from 0 to 5");
}

TEST(Glue, MalformedLinesAreNamed) {
  const std::string header = "sentence\tlabel\n";
  expect_refused("sst2", header + "good\t1\n\nbad\n",
                 "SST-2/dev.tsv:4: 1 columns, expected at least 2");
  expect_refused("sst2", header + "good\t2\n",
                 "SST-2/dev.tsv:2: unknown label '2', expected one of negative, positive or a "
                 "number from 0 to 1");
  expect_refused("sst2", header + "good\t\n", ":2: unknown label ''");
  expect_refused("sst2", "text\tlabel\ngood\t1\n",
                 "SST-2/dev.tsv:1: no column 'sentence' in the first line, which has: text, label");
  expect_refused("sst2", "", "SST-2/dev.tsv: the file is empty");
  expect_refused("sst2", header, "SST-2/dev.tsv: no labelled rows");
  expect_refused("cola", "a\t1\tb\n", "CoLA/dev.tsv:1: 3 columns, expected at least 4");
  expect_refused("mnli", "", "MNLI/dev.tsv");
  const testing::TemporaryFolder folder;
  EXPECT_THROW(read_glue(folder.path(), glue_task("rte"), "dev"), IoError);
}

const std::string kRte = "index\tsentence1\tsentence2\tlabel\n";

TEST(Glue, LabelsMayBeWrittenAsFloats) {
  const auto split = read("rte", kRte + "0\tA\tB\t1.0\n1\tA\tB\t0.0\n");
  EXPECT_EQ(split.data.examples.at(0).label, 1);
  EXPECT_EQ(split.data.examples.at(1).label, 0);
  for (const char* wrong : {"0.5", "2.0", "nan", "-0.5"})
    expect_refused("rte", kRte + "0\tA\tB\t" + wrong + "\n", "unknown label");
}

TEST(Glue, TestSplitsAreCalledThat) {
  expect_refused("rte", kRte + "0\tA\tB\t-1\n",
                 "-1 marks a test split, of which GLUE keeps the labels");
  expect_refused("rte", "index\tsentence1\tsentence2\n0\tA\tB\n",
                 "is this a test split, of which GLUE keeps the labels?");
}

TEST(Glue, OldLineEndsAndUtf16AreRead) {
  const auto old = read("rte", "index\tsentence1\tsentence2\tlabel\r0\tA\tB\t1\r");
  expect_example(old.data.examples.at(0), "A", "B", 1);
  std::string wide = "\xff\xfe";
  for (const char c : kRte + "0\tA\tB\t1\n") wide += {c, '\0'};
  expect_example(read("rte", wide).data.examples.at(0), "A", "B", 1);
  expect_refused("rte", wide.substr(2), "is NUL; expected text in UTF-8");
}

TEST(Glue, BytesThatAreNoUtf8AreNoted) {
  const auto split = read("rte", kRte + "0\tA\tB\t1\n1\tcaf\xe9\tB\t0\n");
  EXPECT_THAT(
      split.data.notes,
      ElementsAre(HasSubstr("dev.tsv: 1 row has bytes that are no UTF-8 and are left out of "
                            "the text, the first in line 3")));
}

TEST(Glue, TablesOfSpreadsheetProgramsAreNotedOrRead) {
  const std::string text = kRte + "0\t\"He said \"\"no\"\"\"\tB\t1\n1\tA\t\"B\"\t0\n";
  const auto literal = read("rte", text);
  EXPECT_EQ(literal.data.examples.at(0).first, "\"He said \"\"no\"\"\"");
  EXPECT_THAT(
      literal.data.notes,
      ElementsAre(HasSubstr("the 2 texts with quotation marks look as spreadsheet programs")));
  const testing::TemporaryFolder folder;
  folder.write("RTE/dev.tsv", text + "2\t\"two\nlines\"\tC\t1\n");
  const auto csv = read_glue(folder.path(), glue_task("rte"), "dev", TableQuoting::kCsv);
  expect_example(csv.data.examples.at(0), "He said \"no\"", "B", 1);
  expect_example(csv.data.examples.at(1), "A", "B", 0);
  expect_example(csv.data.examples.at(2), "two\nlines", "C", 1);
  EXPECT_TRUE(csv.data.notes.empty());
  expect_refused(
      "rte", text + "2\t\"two\nlines\"\tC\t1\n",
      "dev.tsv:4: 2 columns, expected at least 4; fields in quotation marks may go on in "
      "the next line with 'quoting: csv'");
}

TEST(Glue, RowsLeftOutAreNoted) {
  const auto split = read("qqp",
                          "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n"
                          "1\t2\t3\tA?\tB?\t1\n4\t5\t6\tHow\n");
  EXPECT_THAT(split.data.notes, ElementsAre("dev.tsv: 1 row without a usable label left out"));
}

TEST(Glue, AllWrongRowsAreNotedWhereProblemsAre) {
  const testing::TemporaryFolder folder;
  folder.write("RTE/dev.tsv", kRte + "0\tA\tB\toui\n1\tA\n2\tA\tB\t1\n");
  std::vector<std::string> problems;
  const auto split =
      read_glue(folder.path(), glue_task("rte"), "dev", TableQuoting::kNone, &problems);
  EXPECT_EQ(split.data.examples.size(), 1u);
  EXPECT_THAT(problems, ElementsAre(HasSubstr("dev.tsv:2: unknown label 'oui'"),
                                    HasSubstr("dev.tsv:3: 2 columns")));
}

}  // namespace
}  // namespace ptqbench
