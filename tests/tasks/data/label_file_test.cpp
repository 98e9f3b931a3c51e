#include "tasks/data/label_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/data_error.h"
#include "tests/tasks/data/fixtures.h"

namespace ptqbench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<std::string> kPictures = {"a.JPEG", "b.JPEG", "c.JPEG"};

FileLabels labels_of(const std::string& text, int64_t classes = 0) {
  const TemporaryFolder folder;
  write_bytes(folder / "val.txt", {text.begin(), text.end()});
  return read_label_file(folder / "val.txt", kPictures, classes);
}

void expect_refused(const std::string& text, const std::string& message, int64_t classes = 0) {
  try {
    labels_of(text, classes);
    FAIL() << text;
  } catch (const IoError& error) {
    EXPECT_THAT(error.what(), HasSubstr(message));
  }
}

TEST(LabelFile, NamesMayStandInAnyOrderAndBehindFolders) {
  const auto found = labels_of("c.JPEG 0\nval/a.JPEG\t65\r\n\n./b.JPEG  970\n", 1000);
  EXPECT_THAT(found.labels, ElementsAre(65, 970, 0));
  EXPECT_EQ(found.classes, 1000);
}

TEST(LabelFile, LabelsAloneFollowTheSortedNames) {
  const auto found = labels_of("2\n0\n1");
  EXPECT_THAT(found.labels, ElementsAre(2, 0, 1));
  EXPECT_EQ(found.classes, 3);
}

TEST(LabelFile, WordNetIdsAreSorted) {
  const auto found = labels_of("n02\nn01\nn02\n");
  EXPECT_THAT(found.labels, ElementsAre(1, 0, 1));
  EXPECT_EQ(found.classes, 2);
  EXPECT_THAT(labels_of("b.JPEG n02\nc.JPEG n03\na.JPEG n01\n", 3).labels, ElementsAre(0, 1, 2));
  expect_refused("n02\nn01\nn02\n", "names of 2 classes, expected 3; without all of them", 3);
}

// As many pictures as classes, and so as many lines as either: taken as labels alone, the order of
// the names would be the labels.
TEST(LabelFile, ACommaParts) {
  const auto found = labels_of("a.JPEG,n03\nb.JPEG,n02\nc.JPEG,n01\n", 3);
  EXPECT_THAT(found.labels, ElementsAre(2, 1, 0));
  EXPECT_THAT(found.class_names, ElementsAre("n01", "n02", "n03"));
  EXPECT_THAT(labels_of("\xef\xbb\xbf\"filename\",\"label\"\r\n\"c.JPEG\", \"4\"\r\n"
                        "x/a.JPEG,1\r\nb.JPEG,0\r\n")
                  .labels,
              ElementsAre(1, 0, 4));
  expect_refused("a.JPEG,n03,n02\nb.JPEG,n02\nc.JPEG,n01\n", "val.txt:1: expected 'NAME LABEL'");
  expect_refused("a.JPEG,\nb.JPEG,n02\nc.JPEG,n01\n", "val.txt:1: expected 'NAME LABEL'");
  expect_refused("d.JPEG,1\nb.JPEG,2\nc.JPEG,3\n", "val.txt:1: there is no picture 'd.JPEG'");
}

TEST(LabelFile, APicturesNameMayHaveAComma) {
  const TemporaryFolder folder;
  const std::string text = "a,b.jpg 1\nc.jpg 0\n";
  write_bytes(folder / "val.txt", {text.begin(), text.end()});
  EXPECT_THAT(read_label_file(folder / "val.txt", {"a,b.jpg", "c.jpg"}, 0).labels,
              ElementsAre(1, 0));
}

TEST(LabelFile, NamesMayLackTheirEnding) {
  EXPECT_THAT(labels_of("c 0\na 65\nb 970\n").labels, ElementsAre(65, 970, 0));
  const TemporaryFolder folder;
  const std::string text = "a 1\n";
  write_bytes(folder / "val.txt", {text.begin(), text.end()});
  EXPECT_THAT([&] { read_label_file(folder / "val.txt", {"a.jpg", "a.png"}, 0); },
              ::testing::ThrowsMessage<IoError>(HasSubstr("there is no picture 'a'")));
}

TEST(LabelFile, KagglesListOfImageNetIsRead) {
  EXPECT_THAT(labels_of("ImageId,PredictionString\n"
                        "c,n03995372 85 1 499 272 \n"
                        "a,n03481172 131 0 499 254 n03481172 1 2 3 4\n"
                        "b,n03995372 0 0 9 9\n")
                  .labels,
              ElementsAre(0, 1, 1));
  expect_refused("c,n03995372 85 1 499 272\n", "val.txt:1: expected 'NAME LABEL'");
}

TEST(LabelFile, PicturesAndLabelsMustFit) {
  expect_refused("a.JPEG 1\nc.JPEG 2\n", "val.txt: no label for 'b.JPEG'");
  expect_refused("a.JPEG 1\nb.JPEG 2\n", "val.txt: no label for 'c.JPEG'");
  expect_refused("a.JPEG 1\nb.JPEG 0\nc.JPEG 2\nd.JPEG 2\n",
                 "val.txt:4: there is no picture 'd.JPEG'");
  expect_refused("a.JPEG 1\nab.JPEG 0\nb.JPEG 0\nc.JPEG 2\n",
                 "val.txt:2: there is no picture 'ab.JPEG'");
  expect_refused("a.JPEG 1\nb.JPEG 0\nx/a.JPEG 0\nc.JPEG 2\n",
                 "val.txt:3: 'a.JPEG' is named twice");
  expect_refused("1\n2\n", "2 labels for 3 pictures");
  expect_refused("\n", "no labels");
}

TEST(LabelFile, MalformedLinesAreNamed) {
  expect_refused("a.JPEG 1 2\nb.JPEG 0\nc.JPEG 0\n", "val.txt:1: expected 'NAME LABEL'");
  expect_refused("a.JPEG 1\n0\nc.JPEG 0\n", "val.txt:2: some lines name their picture");
  expect_refused("0\n1\nn03\n", "val.txt:3: 'n03' is no number");
  expect_refused("0\n-1\n1\n", "val.txt:2: label -1 is negative");
  expect_refused("0\n5\n1\n", "val.txt:2: label 5 is not in 0..3", 4);
}

// 490 of the development kit is the same class as 65 of the sorted order; taking one for the other
// would give an accuracy near zero.
TEST(LabelFile, NumbersOfTheDevelopmentKitAreRefused) {
  expect_refused("1\n4\n2\n", "they count from 1 and not from 0", 4);
}

}  // namespace
}  // namespace ptqbench
