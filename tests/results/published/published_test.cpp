#include "results/published/published.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "results/published/published_text.h"

namespace ptqbench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

PublishedValue value(const std::string& method, double number,
                     std::vector<PublishedSetting> settings = {}) {
  PublishedValue v;
  v.model = "resnet18";
  v.method = method;
  if (method != "fp") v.bits = {2, 4};
  v.value = number;
  v.settings = std::move(settings);
  return v;
}

PublishedTable table(const std::string& id, SourceKind kind, std::vector<PublishedValue> values,
                     std::vector<PublishedSetting> settings = {}) {
  PublishedTable t;
  t.id = id;
  t.caption = "Caption of " + id;
  t.task = "image_classification";
  t.dataset = "imagenet";
  t.metric = "top1_accuracy";
  t.source_kind = kind;
  t.source = {{"page", "https://example.org/" + id}};
  t.settings = std::move(settings);
  t.values = std::move(values);
  return t;
}

PublishedPapers papers() {
  PublishedPaper other;
  other.key = "other";
  other.title = "Another Paper";
  other.tables = {table("other_a", SourceKind::kSecondary, {value("qdrop", 64.1)}),
                  table("other_b", SourceKind::kUserReport, {value("qdrop", 64.2)})};
  PublishedPaper qdrop;
  qdrop.key = "qdrop";
  qdrop.title = "QDrop";
  qdrop.tables = {
      table("qdrop_a", SourceKind::kPrimary, {value("fp", 71.06), value("qdrop", 64.66)},
            {{"first_last", {"qdrop"}}}),
      table("qdrop_b", SourceKind::kPrimary, {value("qdrop", 64.49)}, {{"first_last", {"qdrop"}}}),
      table("qdrop_c", SourceKind::kPrimary,
            {value("qdrop", 60), value("qdrop", 61, {{"first_last", {"none"}}})},
            {{"first_last", {"brecq", "none"}}})};
  return {other, qdrop};
}

ComparedCell cell(const std::string& first_last = "qdrop") {
  ComparedCell c;
  c.dataset = "imagenet";
  c.metric = "top1_accuracy";
  c.model = "resnet18";
  c.method = "qdrop";
  c.bits = {2, 4};
  c.settings = {{"iterations", "20000"}, {"first_last", first_last}};
  return c;
}

std::vector<double> numbers(const std::vector<PublishedReference>& references) {
  std::vector<double> all;
  for (const auto& reference : references) all.push_back(reference.value->value);
  return all;
}

std::vector<double> beside(const ComparedCell& c, const std::vector<std::string>& reproduces) {
  const auto all = papers();
  return numbers(references_for(all, c, reproduces));
}

TEST(ReferencesFor, NearestSourceFirstThenInTheOrderOfTheSweep) {
  EXPECT_THAT(beside(cell(), {"other_b", "other_a", "qdrop_b", "qdrop_a"}),
              ElementsAre(64.49, 64.66, 64.1, 64.2));
}

TEST(ReferencesFor, OnlyFromTheNamedTables) {
  EXPECT_THAT(beside(cell(), {"qdrop_b"}), ElementsAre(64.49));
  EXPECT_THAT(beside(cell(), {}), IsEmpty());
  EXPECT_THAT(beside(cell(), {"qdrop_z"}), IsEmpty());
}

TEST(ReferencesFor, APaperMeansAllOfItsTablesAndNoTableCountsTwice) {
  EXPECT_THAT(beside(cell(), {"qdrop_b", "qdrop"}), ElementsAre(64.49, 64.66));
}

TEST(ReferencesFor, SettingsOfTheSourceDecideWhereTheyAreStated) {
  EXPECT_THAT(beside(cell("brecq"), {"qdrop", "other_a"}), ElementsAre(60, 64.1));
  // A row's own setting replaces the table's.
  EXPECT_THAT(beside(cell("none"), {"qdrop"}), ElementsAre(60, 61));
  auto without = cell();
  without.settings.clear();
  EXPECT_THAT(beside(without, {"qdrop", "other_a"}), ElementsAre(64.1));
}

TEST(ReferencesFor, FullPrecisionStandsBesideAnySettings) {
  auto c = cell("none");
  c.method = "fp";
  c.bits = {};
  EXPECT_THAT(beside(c, {"qdrop"}), ElementsAre(71.06));
}

TEST(ReferencesFor, WhichWeightsAModelIsMadeForDoesNotMatter) {
  auto c = cell();
  const auto expected = beside(c, {"qdrop"});
  ASSERT_FALSE(expected.empty());
  c.model += "_coco_v1";
  EXPECT_EQ(beside(c, {"qdrop"}), expected);
}

TEST(ReferencesFor, EverythingElseMustBeEqual) {
  const auto expect_none = [](const ComparedCell& c) {
    EXPECT_THAT(beside(c, {"qdrop", "other"}), IsEmpty());
  };
  auto c = cell();
  c.dataset = "cifar10";
  expect_none(c);
  c = cell();
  c.metric = "top5_accuracy";
  expect_none(c);
  c = cell();
  c.model = "resnet50";
  expect_none(c);
  c = cell();
  c.method = "brecq";
  expect_none(c);
  c = cell();
  c.bits.weights = 4;
  expect_none(c);
  c = cell();
  c.bits.activations = 2;
  expect_none(c);
}

TEST(FindPublished, FiltersByEachName) {
  const auto all = papers();
  EXPECT_EQ(find_published(all, {}).size(), 7U);
  EXPECT_THAT(numbers(find_published(all, {"other", "", "", "", ""})), ElementsAre(64.1, 64.2));
  EXPECT_THAT(numbers(find_published(all, {"", "qdrop_b", "", "", ""})), ElementsAre(64.49));
  EXPECT_EQ(find_published(all, {"", "", "imagenet", "", ""}).size(), 7U);
  EXPECT_EQ(find_published(all, {"", "", "image_classification", "", ""}).size(), 7U);
  EXPECT_THAT(find_published(all, {"", "", "coco", "", ""}), IsEmpty());
  EXPECT_THAT(find_published(all, {"", "", "", "resnet50", ""}), IsEmpty());
  EXPECT_THAT(numbers(find_published(all, {"", "", "", "", "fp"})), ElementsAre(71.06));
}

TEST(ReproducibleNames, ArePapersAndTheirTables) {
  EXPECT_THAT(reproducible_names(papers()),
              ElementsAre("other", "other_a", "other_b", "qdrop", "qdrop_a", "qdrop_b", "qdrop_c"));
}

TEST(SourceKinds, HaveNamesBothWays) {
  for (const auto& name : source_kind_names())
    EXPECT_EQ(source_kind_name(source_kind_from_name(name)), name);
  EXPECT_THROW(source_kind_from_name("hearsay"), std::invalid_argument);
}

TEST(RenderPublished, ConsoleShowsSourceAndAlignsNumbers) {
  auto all = papers();
  all[1].tables[0].values[1].standard_deviation = 0.125;
  all[1].tables[0].values[1].details = {{"run", "2"}};
  all[1].tables[0].protocol = {{"calibration.size", "1024"}};
  EXPECT_EQ(render_published_console(find_published(all, {"", "qdrop_a", "", "", ""})),
            "QDrop\n\n"
            "qdrop_a\n"
            "  Caption of qdrop_a\n"
            "  image_classification, imagenet: top1_accuracy\n"
            "  source (primary): page https://example.org/qdrop_a\n"
            "  settings: first_last=qdrop\n"
            "  protocol: calibration.size 1024\n"
            "    Model     Bits  Method        Value  Remarks\n"
            "    resnet18  fp    fp            71.06\n"
            "    resnet18  w2a4  qdrop   64.66\u00b10.125  run=2\n");
}

TEST(RenderPublished, MarkdownAndCsvHaveTheSameNumbers) {
  const auto all = papers();
  const auto found = find_published(all, {"", "qdrop_c", "", "", ""});
  EXPECT_THAT(render_published_markdown(found),
              HasSubstr("| Model | Bits | Method | Value | Remarks |\n|---|---|---|---:|---|\n"
                        "| resnet18 | w2a4 | qdrop | 60.00 |  |\n"
                        "| resnet18 | w2a4 | qdrop | 61.00 | first_last=none |\n"));
  EXPECT_THAT(render_published_csv(found),
              HasSubstr("\nqdrop,qdrop_c,image_classification,imagenet,top1_accuracy,resnet18,"
                        "qdrop,2,4,60,,primary,page https://example.org/qdrop_c,"
                        "first_last=brecq|none,\n"));
}

}  // namespace
}  // namespace ptqbench
