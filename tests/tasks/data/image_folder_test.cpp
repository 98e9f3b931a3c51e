#include "tasks/data/image_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "support/error.h"
#include "tests/tasks/data/fixtures.h"

namespace ptqbench {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

/// A root folder into which tests put fixtures.
class ImageFolderTest : public ::testing::Test {
 protected:
  void put(const std::string& fixture_name, const std::string& name) {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::filesystem::copy_file(fixture(fixture_name), folder_ / name);
  }
  std::unique_ptr<ImageDataset> open(int64_t resize, int64_t crop,
                                     const std::string& split = "val") {
    DatasetOptions options;
    options.name = "image_folder";
    options.root = folder_.path().string();
    options.resize = resize;
    options.crop = crop;
    return make_dataset(options, split);
  }
  void expect_error(const std::string& path, const std::string& reason) {
    EXPECT_THAT([&] { open(32, 28); },
                ThrowsMessage<IoError>(AllOf(HasSubstr(path), HasSubstr(reason))));
  }

  TemporaryFolder folder_;
};

TEST_F(ImageFolderTest, LabelsClassesAndOrdersFilesByName) {
  put("small_444.jpg", "val/b/10.JPEG");
  put("small_444.jpg", "val/b/9.jpg");
  put("small_grey.jpg", "val/a/z.Jpg");
  put("grey8.png", "val/B/only.PNG");
  write_bytes(folder_ / "val/a/notes.txt", {'x'});
  write_bytes(folder_ / "val/README", {'x'});
  const auto dataset = open(32, 28);
  ASSERT_EQ(dataset->size(), 4);
  EXPECT_EQ(dataset->classes(), 3);
  std::vector<std::string> names;
  std::vector<int64_t> labels;
  for (int64_t i = 0; i < dataset->size(); ++i) {
    names.push_back(dataset->sample_name(i));
    labels.push_back(dataset->label(i));
  }
  EXPECT_THAT(names, ElementsAre("val/B/only.PNG", "val/a/z.Jpg", "val/b/10.JPEG", "val/b/9.jpg"));
  EXPECT_THAT(labels, ElementsAre(0, 1, 2, 2));
}

TEST_F(ImageFolderTest, WalksDownAndTakesEveryFormatInTorchvisionsOrder) {
  put("small_444.jpg", "val/a/z.jpg");
  put("rgb.bmp", "val/a/more/1.BMP");
  put("lossless.webp", "val/a/more/deep/2.webp");
  put("lzw.tif", "val/a/more-too/3.tif");
  put("grey.pgm", "val/b/images/4.pgm");
  const auto dataset = open(32, 28);
  std::vector<std::string> names;
  std::vector<int64_t> labels;
  for (int64_t i = 0; i < dataset->size(); ++i) {
    names.push_back(dataset->sample_name(i));
    labels.push_back(dataset->label(i));
    EXPECT_NO_THROW(dataset->sample(i));
  }
  // By the paths of the folders: '-' comes before '/'.
  EXPECT_THAT(names, ElementsAre("val/a/z.jpg", "val/a/more/1.BMP", "val/a/more-too/3.tif",
                                 "val/a/more/deep/2.webp", "val/b/images/4.pgm"));
  EXPECT_THAT(labels, ElementsAre(0, 0, 0, 0, 1));
  EXPECT_THAT(dataset->class_names(), ElementsAre("a", "b"));
}

TEST_F(ImageFolderTest, HiddenFilesAndLeftoversDoNotCount) {
  put("small_444.jpg", "val/a/1.jpg");
  put("small_444.jpg", "val/b/1.jpg");
  write_bytes(folder_ / "val/a/._1.jpg", {0, 5, 22, 7});
  write_bytes(folder_ / "val/a/Thumbs.db", {1});
  write_bytes(folder_ / "val/.DS_Store", {1});
  put("small_444.jpg", "val/.ipynb_checkpoints/1.jpg");
  put("small_444.jpg", "val/__MACOSX/1.jpg");
  put("small_444.jpg", "val/b/.ipynb_checkpoints/1.jpg");
  std::filesystem::create_directories(folder_ / "val/b/folder.jpg");
  const auto dataset = open(32, 28);
  EXPECT_THAT(dataset->class_names(), ElementsAre("a", "b"));
  EXPECT_EQ(dataset->size(), 2);
  EXPECT_THAT(dataset->notes(), ::testing::IsEmpty());
}

TEST_F(ImageFolderTest, SaysHowManyFilesItPassedOver) {
  put("small_444.jpg", "val/a/1.jpg");
  write_bytes(folder_ / "val/a/2.gif", {1});
  write_bytes(folder_ / "val/a/more/3.GIF", {1});
  write_bytes(folder_ / "val/list", {1});
  EXPECT_THAT(open(32, 28)->notes(),
              ElementsAre(AllOf(HasSubstr("3 files in"), HasSubstr("no picture's: "),
                                HasSubstr("1 of no ending"), HasSubstr("2 of .gif"))));
}

TEST_F(ImageFolderTest, NotesPicturesThatDecodeWithAWarning) {
  put("stray_before_end.jpg", "val/a/1.jpg");
  put("small_444.jpg", "val/a/2.jpg");
  const auto dataset = open(32, 28);
  for (int64_t i : {0, 1, 0}) dataset->sample(i);
  EXPECT_THAT(dataset->notes(), ElementsAre(AllOf(HasSubstr("1 picture decoded with a warning"),
                                                  HasSubstr("val/a/1.jpg"))));
}

TEST_F(ImageFolderTest, FoldersInACircleAreAnError) {
  put("small_444.jpg", "val/a/1.jpg");
  std::filesystem::create_directory_symlink("..", folder_ / "val/a/up");
  expect_error("val/a/up", "circle");
}

TEST_F(ImageFolderTest, ResizesCropsAndNormalisesAsTorchvision) {
  put("photo_420.jpg", "val/a/photo.jpg");
  const at::Tensor input = open(32, 28)->sample(0);
  const auto bytes = read_bytes(fixture("network_input.f32"));
  const at::Tensor expected =
      at::from_blob(const_cast<uint8_t*>(bytes.data()), {3, 28, 28}, at::kFloat);
  ASSERT_EQ(input.sizes(), expected.sizes());
  // One unit in the last place of values up to 2.7.
  EXPECT_LE((input - expected).abs().max().item<float>(), 2.4e-7F);
}

TEST_F(ImageFolderTest, LeavesTheSizeWhenNotAskedToChangeIt) {
  put("photo_420.jpg", "val/a/photo.jpg");
  EXPECT_EQ(open(0, 0)->sample(0).sizes(), (std::vector<int64_t>{3, 57, 75}));
  EXPECT_EQ(open(0, 64)->sample(0).sizes(), (std::vector<int64_t>{3, 64, 64}));
  EXPECT_EQ(open(32, 0)->sample(0).sizes(), (std::vector<int64_t>{3, 32, 42}));
}

TEST_F(ImageFolderTest, RefusesPicturesOfSeveralSizesWithoutCrop) {
  put("photo_420.jpg", "val/a/1.jpg");
  put("small_444.jpg", "val/a/2.jpg");
  const auto dataset = open(0, 0);
  EXPECT_NO_THROW(dataset->sample(0));
  EXPECT_THAT([&] { dataset->sample(1); },
              ThrowsMessage<IoError>(AllOf(HasSubstr("val/a/2.jpg"), HasSubstr("37x29"),
                                           HasSubstr("75x57"), HasSubstr("set crop"))));
}

TEST_F(ImageFolderTest, ContentKeyFollowsNamesAndSizes) {
  put("photo_420.jpg", "val/a/1.jpg");
  put("small_444.jpg", "val/b/1.jpg");
  const auto key = open(32, 28)->content_key();
  EXPECT_EQ(open(16, 16)->content_key(), key) << "sizes of inputs are options of their own";
  put("small_444.jpg", "val/b/2.jpg");
  const auto longer = open(32, 28)->content_key();
  EXPECT_NE(longer, key);
  std::filesystem::rename(folder_ / "val/b/2.jpg", folder_ / "val/b/3.jpg");
  EXPECT_NE(open(32, 28)->content_key(), longer);
  std::filesystem::remove(folder_ / "val/b/3.jpg");
  EXPECT_EQ(open(32, 28)->content_key(), key);
  write_bytes(folder_ / "val/b/1.jpg", read_bytes(fixture("photo_420.jpg")));
  EXPECT_NE(open(32, 28)->content_key(), key);
}

TEST_F(ImageFolderTest, NamesACorruptPicture) {
  put("photo_420.jpg", "val/a/1.jpg");
  write_bytes(folder_ / "val/a/2.jpg", {0xff, 0xd8, 0xff, 0xe0});
  const auto dataset = open(32, 28);
  EXPECT_THAT([&] { dataset->sample(1); }, ThrowsMessage<IoError>(HasSubstr("val/a/2.jpg")));
}

TEST_F(ImageFolderTest, NamesAPictureThatResizingWouldMakeAbsurd) {
  // A black grey PNG of 12000x1 pixels; 12000 * 8000 columns at 8000 rows is far beyond the limit.
  put("strip.png", "val/a/strip.png");
  EXPECT_THAT([&] { open(8000, 224); },
              ThrowsMessage<IoError>(AllOf(HasSubstr("strip.png"), HasSubstr("cannot resize"))));
}

TEST_F(ImageFolderTest, TakesAFlatSplitWithItsLabelFile) {
  put("small_444.jpg", "val/img_2.JPEG");
  put("small_grey.jpg", "val/img_1.JPEG");
  const std::string labels = "img_2.JPEG 0\nimg_1.JPEG 7\n";
  write_bytes(folder_ / "val.txt", {labels.begin(), labels.end()});
  const auto dataset = open(32, 28);
  ASSERT_EQ(dataset->size(), 2);
  EXPECT_EQ(dataset->classes(), 8);
  EXPECT_EQ(dataset->sample_name(0), "val/img_1.JPEG");
  EXPECT_EQ(dataset->label(0), 7);
  EXPECT_EQ(dataset->label(1), 0);
  EXPECT_EQ(dataset->sample(1).sizes(), (std::vector<int64_t>{3, 28, 28}));
  const auto key = dataset->content_key();
  const std::string others = "img_2.JPEG 1\nimg_1.JPEG 7\n";
  write_bytes(folder_ / "val.txt", {others.begin(), others.end()});
  EXPECT_NE(open(32, 28)->content_key(), key) << "labels are part of the data";

  DatasetOptions elsewhere;
  elsewhere.name = "imagenet";
  elsewhere.root = folder_.path().string();
  elsewhere.crop = 28;
  elsewhere.classes = 1000;
  elsewhere.label_file = (folder_ / "lists/labels.txt").string();
  EXPECT_THAT([&] { make_dataset(elsewhere, "val"); },
              ThrowsMessage<IoError>(HasSubstr("lists/labels.txt")));
  write_bytes(folder_ / "lists/labels.txt", {'3', '\n', '4', '\n'});
  EXPECT_EQ(make_dataset(elsewhere, "val")->label(1), 4);
  EXPECT_EQ(make_dataset(elsewhere, "val")->classes(), 1000);
}

TEST_F(ImageFolderTest, RefusesAnotherNumberOfClassesThanAskedFor) {
  put("small_444.jpg", "val/a/1.jpg");
  DatasetOptions options;
  options.name = "imagenet";
  options.root = folder_.path().string();
  options.classes = 1000;
  EXPECT_THAT([&] { make_dataset(options, "val"); },
              ThrowsMessage<IoError>(AllOf(HasSubstr("1 class folders"), HasSubstr("1000"))));
}

TEST_F(ImageFolderTest, RefusesFoldersAndPicturesSideBySide) {
  put("small_444.jpg", "val/a/1.jpg");
  put("small_444.jpg", "val/2.jpg");
  expect_error("val", "side by side");
}

TEST_F(ImageFolderTest, TellsTheLayoutWhenFoldersAreMissing) {
  expect_error("val", "<root>/<split>/<class>/ with pictures");
  std::filesystem::create_directories(folder_ / "val");
  expect_error("val", "neither class folders nor pictures");
  std::filesystem::create_directories(folder_ / "val/empty");
  expect_error("val/empty", "no images");
}

}  // namespace
}  // namespace ptqbench
