#include "harness/published/published_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "support/error.h"

namespace ptqbench {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

/// A file that is as it should be, 18 lines.
const char* const kFile = R"(paper:
  key: mine
  title: 'Mine: a Paper'
  authors: [A. One, B. Two]
  year: 2024
  arxiv: null
tables:
  - id: mine_a
    caption: Numbers
    task: image_classification
    dataset: imagenet
    metric: top1_accuracy
    higher_is_better: true
    source_kind: primary
    source: {page: 'https://example.org'}
    protocol: {calibration: {size: 1024, split: train}, beta: [20, 2]}
    settings: {first_last: [qdrop, brecq]}
    rows:
      - {model: resnet18, method: qdrop, weight_bits: 2, activation_bits: 4, value: 64.5, std: 0.1, run: 1}
)";

std::string changed(const std::string& from, const std::string& to) {
  std::string text = kFile;
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string problem_in(const std::string& text) {
  try {
    read_published({{"mine.yaml", text}});
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no problem";
}

TEST(ReadPublished, KeepsEverythingThatAReaderNeeds) {
  const auto papers = read_published({{"mine.yaml", kFile}});
  ASSERT_EQ(papers.size(), 1U);
  EXPECT_EQ(papers[0].key, "mine");
  EXPECT_EQ(papers[0].title, "Mine: a Paper");
  EXPECT_THAT(papers[0].authors, ElementsAre("A. One", "B. Two"));
  EXPECT_EQ(papers[0].year, 2024);
  EXPECT_EQ(papers[0].arxiv, "");
  ASSERT_EQ(papers[0].tables.size(), 1U);
  const auto& table = papers[0].tables[0];
  EXPECT_EQ(table.id, "mine_a");
  EXPECT_EQ(table.source_kind, SourceKind::kPrimary);
  EXPECT_THAT(table.source, ElementsAre(Pair("page", "https://example.org")));
  EXPECT_THAT(table.protocol,
              ElementsAre(Pair("calibration.size", "1024"), Pair("calibration.split", "train"),
                          Pair("beta", "20, 2")));
  ASSERT_EQ(table.settings.size(), 1U);
  EXPECT_THAT(table.settings[0].values, ElementsAre("qdrop", "brecq"));
  ASSERT_EQ(table.values.size(), 1U);
  EXPECT_EQ(table.values[0].bits.weights, 2);
  EXPECT_EQ(table.values[0].bits.activations, 4);
  EXPECT_EQ(table.values[0].value, 64.5);
  EXPECT_EQ(table.values[0].standard_deviation, 0.1);
  EXPECT_THAT(table.values[0].details, ElementsAre(Pair("run", "1")));
}

TEST(ReadPublished, UnknownKeysAreReportedWithTheirLineAndTheNearestName) {
  EXPECT_THAT(problem_in(changed("    caption:", "    capton: x\n    caption:")),
              HasSubstr("mine.yaml:9: tables[0].capton: unknown key; did you mean 'caption'?"));
  EXPECT_THAT(problem_in(changed("run: 1", "rum: 1")),
              HasSubstr("mine.yaml:19: tables[0].rows[0].rum: unknown key; did you mean 'run'?"));
  EXPECT_THAT(problem_in(changed("  year:", "  jahr:")),
              HasSubstr("mine.yaml:5: paper.jahr: unknown key"));
}

TEST(ReadPublished, ATableNeedsASource) {
  EXPECT_EQ(problem_in(changed("    source: {page: 'https://example.org'}\n", "")),
            "mine.yaml:8: tables[0].source: the required key is missing");
  EXPECT_THAT(problem_in(changed("{page: 'https://example.org'}", "{}")),
              HasSubstr("mine.yaml:15: tables[0].source: expected at least one of"));
  EXPECT_THAT(problem_in(changed("source_kind: primary", "source_kind: primry")),
              AllOf(HasSubstr("mine.yaml:14: tables[0].source_kind: unknown kind of source"),
                    HasSubstr("did you mean 'primary'")));
}

TEST(ReadPublished, WrongTypesSayWhatWasExpected) {
  EXPECT_THAT(problem_in(changed("value: 64.5", "value: high")),
              HasSubstr("mine.yaml:19: tables[0].rows[0].value: expected a number, got 'high'"));
  EXPECT_THAT(problem_in(changed("weight_bits: 2", "weight_bits: two")),
              HasSubstr("tables[0].rows[0].weight_bits: expected an integer from 1 to 32"));
  EXPECT_THAT(problem_in(changed("std: 0.1", "std: -0.1")),
              HasSubstr("tables[0].rows[0].std: expected a number of at least 0"));
  EXPECT_THAT(problem_in(changed("higher_is_better: true", "higher_is_better: yes")),
              HasSubstr("mine.yaml:13: tables[0].higher_is_better: expected true or false"));
  EXPECT_THAT(problem_in(changed("[A. One, B. Two]", "A. One")),
              HasSubstr("mine.yaml:4: paper.authors: expected a list"));
  EXPECT_THAT(problem_in(changed("[qdrop, brecq]", "[]")),
              HasSubstr("mine.yaml:17: tables[0].settings.first_last: expected at least one"));
}

TEST(ReadPublished, ReportsMissingRowsAndAllProblemsAtOnce) {
  auto text = changed("model: resnet18, ", "");
  text.replace(text.find("2024"), 4, "soon");
  EXPECT_THAT(problem_in(text),
              AllOf(HasSubstr("mine.yaml:5: paper.year: expected an integer"),
                    HasSubstr("mine.yaml:19: tables[0].rows[0].model: the required key")));
  const std::string whole = kFile;
  const auto rows = whole.find("    rows:");
  EXPECT_THAT(problem_in(whole.substr(0, rows) + "    rows: []\n"),
              HasSubstr("mine.yaml:18: tables[0].rows: expected at least one row"));
}

TEST(ReadPublished, AnIdIsUsedOnceInAllFiles) {
  try {
    read_published({{"a.yaml", kFile}, {"b.yaml", kFile}});
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_THAT(
        error.what(),
        HasSubstr("b.yaml:8: tables[0]: the id 'mine_a' is used twice (first at a.yaml:8)"));
  }
}

std::string content_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

TEST(ShippedPublished, IsWhatTheFolderHolds) {
  const std::filesystem::path folder = PTQBENCH_SOURCE_DIR "/results/published";
  std::set<std::string> in_folder;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".yaml")
      in_folder.insert("results/published/" + entry.path().filename().string());
  }
  std::set<std::string> shipped;
  for (const auto& file : shipped_published_files()) {
    shipped.insert(file.name);
    EXPECT_EQ(file.text, content_of(PTQBENCH_SOURCE_DIR "/" + file.name)) << file.name;
  }
  EXPECT_EQ(shipped, in_folder);
}

TEST(ShippedPublished, AllFilesAreWellFormed) {
  const auto papers = shipped_published();
  EXPECT_EQ(papers.size(), 12U);
  EXPECT_EQ(find_published(papers, {}).size(), 732U);
  EXPECT_THAT(reproducible_names(papers), Contains("qdrop_imagenet_paper"));
}

TEST(ShippedPublished, QDropsThreeVersionsOfItsTableStandBesideACellInOrder) {
  const auto papers = shipped_published();
  ComparedCell cell{"imagenet", "top1_accuracy", "mobilenet_v2",
                    "qdrop",    {2, 2},          {{"first_last", "qdrop"}}};
  std::vector<double> values;
  for (const auto& reference : references_for(papers, cell, {"reproductions", "qdrop"}))
    values.push_back(reference.value->value);
  EXPECT_THAT(values, ElementsAre(8.46, 10.21, 11.95));
  cell.settings = {{"first_last", "brecq"}};
  values.clear();
  for (const auto& reference : references_for(papers, cell, {"reproductions", "qdrop"}))
    values.push_back(reference.value->value);
  EXPECT_THAT(values, ElementsAre(13.05, 9.848));
}

}  // namespace
}  // namespace ptqbench
