#include "tasks/data/picture_facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/error.h"
#include "tasks/data/image.h"
#include "tests/helpers/files.h"

namespace ptqbench {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

const std::string kPictures = PTQBENCH_SOURCE_DIR "/tests/tasks/data/data/";

TEST(PictureFacts, SizesAreThoseOfTheHeader) {
  for (const char* name : {"photo_420.jpg", "small_422_progressive.jpg", "small_grey.jpg",
                           "rgb8_interlaced.png", "grey16.png", "palette4_transparent.png"}) {
    const auto facts = picture_facts(kPictures + name);
    const Image image = decode_image(kPictures + name);
    EXPECT_EQ(facts.width, image.width) << name;
    EXPECT_EQ(facts.height, image.height) << name;
    EXPECT_EQ(facts.orientation, 1) << name;
    EXPECT_EQ(check_picture(kPictures + name).width, image.width) << name;
  }
}

TEST(PictureFacts, PicturesThatEndEarlyAreFoundWithoutTheirHeaders) {
  const testing::TemporaryFolder folder;
  for (const char* name : {"photo_420.jpg", "rgb16.png"}) {
    const auto bytes = testing::read_bytes(kPictures + name);
    const auto file = folder.write(name, bytes.substr(0, bytes.size() - 20));
    EXPECT_EQ(picture_facts(file).width, picture_facts(kPictures + name).width);
    EXPECT_THAT([&] { check_picture(file); }, ThrowsMessage<IoError>(HasSubstr(name))) << name;
  }
}

TEST(PictureFacts, BytesBehindTheEndMarkDoNotMatter) {
  const testing::TemporaryFolder folder;
  const auto bytes = testing::read_bytes(kPictures + "small_444.jpg");
  EXPECT_EQ(check_picture(folder.write("a.jpg", bytes + std::string(200, 'x'))).width, 37);
  EXPECT_EQ(check_picture(folder.write("b.jpg", bytes + std::string(100000, 'x'))).width, 37);
}

// A thumbnail in the header has an end mark of its own.
TEST(PictureFacts, TheEndOfAThumbnailIsNoEnd) {
  const testing::TemporaryFolder folder;
  const auto bytes = testing::read_bytes(kPictures + "small_444.jpg");
  const std::string thumbnail = std::string("\xff\xe2\x00\x06", 4) + "\xff\xd8\xff\xd9";
  const auto whole = bytes.substr(0, 2) + thumbnail + bytes.substr(2);
  EXPECT_EQ(check_picture(folder.write("a.jpg", whole)).width, 37);
  EXPECT_THROW(check_picture(folder.write("b.jpg", whole.substr(0, whole.size() - 2))), IoError);
}

TEST(PictureFacts, FilesThatAreNoPicturesAreNamed) {
  const testing::TemporaryFolder folder;
  for (const std::string bytes : {"", "text", "\xff\xd8\xff", "\x89PNG\r\n\x1a\n"}) {
    const auto file = folder.write("no.jpg", bytes);
    EXPECT_THAT([&] { picture_facts(file); }, ThrowsMessage<IoError>(HasSubstr("no.jpg")));
    EXPECT_THAT([&] { check_picture(file); }, ThrowsMessage<IoError>(HasSubstr("no.jpg")));
  }
  EXPECT_THAT([&] { check_picture(folder / "none.png"); },
              ThrowsMessage<IoError>(HasSubstr("none.png' does not exist")));
}

}  // namespace
}  // namespace ptqbench
