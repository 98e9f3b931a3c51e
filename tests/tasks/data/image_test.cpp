#include "tasks/data/image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "support/data_error.h"
#include "tasks/data/decode_warnings.h"
#include "tasks/data/png_writer.h"
#include "tests/tasks/data/fixtures.h"

namespace ptqbench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

/// The references are Pillow's pixels (see data/make_fixtures.py); decoding is exact, so they must
/// be equal.
class DecodedImage : public ::testing::TestWithParam<std::string> {};

TEST_P(DecodedImage, EqualsPillow) {
  const std::string name = GetParam();
  const Image image = decode_image(fixture(name));
  const Image expected = read_ppm(name.substr(0, name.find('.')) + ".ppm");
  ASSERT_EQ(image.width, expected.width);
  ASSERT_EQ(image.height, expected.height);
  EXPECT_EQ(image.rgb, expected.rgb);
}

INSTANTIATE_TEST_SUITE_P(Jpeg, DecodedImage,
                         ::testing::Values("photo_420.jpg", "small_444.jpg",
                                           "small_422_progressive.jpg", "small_rgb.jpg",
                                           "small_grey.jpg", "small_unusual_sampling.jpg",
                                           "small_cmyk.jpg", "small_ycck.jpg"));
INSTANTIATE_TEST_SUITE_P(Png, DecodedImage,
                         ::testing::Values("rgb8_interlaced.png", "rgba8_gamma.png",
                                           "rgb8_transparent_color.png", "rgb16.png",
                                           "grey_alpha16.png", "grey_alpha8.png", "grey1.png",
                                           "grey2.png", "grey4.png", "grey8.png", "grey16.png",
                                           "palette4_transparent.png"));

/// The same for the files of data/make_formats.py; those without pixels of their own have those of
/// small_444.ppm.
class DecodedFormat : public ::testing::TestWithParam<std::string> {};

TEST_P(DecodedFormat, EqualsPillow) {
  const std::string name = GetParam();
  const size_t dot = name.find('.');
  const std::string own = name.substr(dot + 1) + "_" + name.substr(0, dot) + ".ppm";
  const Image expected =
      read_ppm(std::filesystem::exists(fixture(own)) ? own : std::string("small_444.ppm"));
  const Image image = decode_image(fixture(name));
  ASSERT_EQ(image.width, expected.width);
  ASSERT_EQ(image.height, expected.height);
  EXPECT_EQ(image.rgb, expected.rgb);
}

INSTANTIATE_TEST_SUITE_P(WebP, DecodedFormat,
                         ::testing::Values("lossy.webp", "lossless.webp", "alpha.webp",
                                           "animated.webp"));
INSTANTIATE_TEST_SUITE_P(Bmp, DecodedFormat,
                         ::testing::Values("rgb.bmp", "alpha.bmp", "palette.bmp", "grey.bmp",
                                           "bits.bmp"));
INSTANTIATE_TEST_SUITE_P(Pnm, DecodedFormat,
                         ::testing::Values("rgb.pnm", "grey.pgm", "bits.pgm", "text15.pgm",
                                           "wide1000.pgm"));
INSTANTIATE_TEST_SUITE_P(Tiff, DecodedFormat,
                         ::testing::Values("raw.tif", "lzw.tif", "deflate.tif", "jpeg.tif",
                                           "alpha.tif", "palette.tif", "grey.tif", "bits.tif",
                                           "turned2.tif", "turned3.tif", "turned4.tif",
                                           "turned5.tif", "turned6.tif", "turned7.tif",
                                           "turned8.tif"));
INSTANTIATE_TEST_SUITE_P(JpegWithWarnings, DecodedFormat,
                         ::testing::Values("stray_before_end.jpg", "stray_before_table.jpg",
                                           "wrong_codes.jpg", "early_end.jpg"));

TEST(DecodeImage, CountsAFileWithWarningsOnce) {
  DecodeWarnings warnings;
  for (int time = 0; time < 2; ++time) {
    decode_image(fixture("stray_before_end.jpg"), &warnings);
    decode_image(fixture("wrong_codes.jpg"), &warnings);
    decode_image(fixture("small_444.jpg"), &warnings);
    decode_image(fixture("rgb.bmp"), &warnings);
  }
  EXPECT_EQ(warnings.count(), 2);
  EXPECT_THAT(warnings.sentence(),
              AllOf(HasSubstr("2 pictures decoded with a warning"),
                    HasSubstr("stray_before_end.jpg"),
                    HasSubstr("13 extraneous bytes before marker 0xd9")));
}

TEST(DecodeImage, TellsFormatsApartByContent) {
  const TemporaryFolder folder;
  std::filesystem::copy_file(fixture("grey8.png"), folder / "misnamed.jpg");
  EXPECT_EQ(decode_image(folder / "misnamed.jpg").rgb, read_ppm("grey8.ppm").rgb);
}

const auto kDamageable =
    ::testing::Values("small_444.jpg", "small_422_progressive.jpg", "small_cmyk.jpg", "rgb16.png",
                      "palette4_transparent.png", "lossy.webp", "lossless.webp", "palette.bmp",
                      "wide1000.pgm", "lzw.tif");

/// Every proper beginning of a file, so a cut at a marker or in a checksum as well.
class TruncatedImage : public ::testing::TestWithParam<std::string> {};

TEST_P(TruncatedImage, IsAnErrorNamingTheFile) {
  const auto whole = read_bytes(fixture(GetParam()));
  for (size_t size = 0; size < whole.size(); ++size) {
    const std::vector<uint8_t> cut(whole.begin(),
                                   whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_THAT([&] { decode_image(cut, "cut.img"); },
                ThrowsMessage<IoError>(HasSubstr("'cut.img'")))
        << "cut to " << size << " of " << whole.size() << " bytes";
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, TruncatedImage, kDamageable);

/// With any one byte damaged a file decodes or is refused, but never crashes. PNG guards its bytes
/// by checksums; that of the empty end chunk, the last four bytes, is not checked by newer versions
/// of libpng.
class DamagedImage : public ::testing::TestWithParam<std::string> {};

TEST_P(DamagedImage, IsDecodedOrRefused) {
  auto bytes = read_bytes(fixture(GetParam()));
  size_t refused = 0;
  size_t first_accepted = bytes.size();
  for (size_t i = 0; i < bytes.size(); ++i) {
    uint8_t& byte = bytes[i];
    byte ^= 0xff;
    try {
      const Image image = decode_image(bytes, "damaged.img");
      EXPECT_EQ(image.rgb.size(), size_t{3} * image.width * image.height);
      first_accepted = std::min(first_accepted, i);
    } catch (const IoError& error) {
      EXPECT_THAT(error.what(), HasSubstr("'damaged.img'"));
      ++refused;
    }
    byte ^= 0xff;
  }
  EXPECT_GT(refused, 0U);
  if (GetParam() == "rgb16.png") {
    constexpr size_t kEndChecksum = 4;
    EXPECT_GE(first_accepted, bytes.size() - kEndChecksum);
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, DamagedImage, kDamageable);
// The last bytes of these decide nothing.
INSTANTIATE_TEST_SUITE_P(LooseEnds, DamagedImage, ::testing::Values("text15.pgm", "bits.tif"));

TEST(DecodeImage, RefusesAJpegWithAbsurdDimensions) {
  const TemporaryFolder folder;
  auto bytes = read_bytes(fixture("small_444.jpg"));
  // The baseline frame header: marker, length (17 for 3 components), precision, height, width.
  const std::vector<uint8_t> frame = {0xff, 0xc0, 0, 17, 8};
  const auto found = std::search(bytes.begin(), bytes.end(), frame.begin(), frame.end());
  ASSERT_NE(found, bytes.end());
  std::fill(found + 5, found + 9, 0xf0);  // 61680x61680
  write_bytes(folder / "huge.jpg", bytes);
  EXPECT_THAT([&] { decode_image(folder / "huge.jpg"); },
              ThrowsMessage<IoError>(AllOf(HasSubstr("huge.jpg"), HasSubstr("61680x61680"))));
}

TEST(DecodeImage, RefusesAPngWithAbsurdDimensions) {
  const TemporaryFolder folder;
  auto bytes = read_bytes(fixture("grey8.png"));
  // IHDR's data begin at byte 16; 65536x65536 and the chunk's matching CRC-32.
  const std::vector<uint8_t> header = {0, 1, 0, 0, 0,    1,    0,    0,   8,
                                       0, 0, 0, 0, 0x49, 0xef, 0x6f, 0x3f};
  std::copy(header.begin(), header.end(), bytes.begin() + 16);
  write_bytes(folder / "huge.png", bytes);
  EXPECT_THAT([&] { decode_image(folder / "huge.png"); },
              ThrowsMessage<IoError>(AllOf(HasSubstr("huge.png"), HasSubstr("65536x65536"))));
}

TEST(DecodeImage, NamesMissingFilesFoldersAndOtherFormats) {
  const TemporaryFolder folder;
  write_bytes(folder / "text.png", {'h', 'e', 'l', 'l', 'o'});
  EXPECT_THAT([&] { decode_image(folder / "none.png"); },
              ThrowsMessage<IoError>(AllOf(HasSubstr("none.png"), HasSubstr("does not exist"))));
  EXPECT_THAT([&] { decode_image(folder.path()); },
              ThrowsMessage<IoError>(HasSubstr("not a regular file")));
  EXPECT_THAT(
      [&] { decode_image(folder / "text.png"); },
      ThrowsMessage<IoError>(AllOf(HasSubstr("text.png"), HasSubstr("in no known format, expected JPEG"))));
}

TEST(WritePng, IsDecodedToTheSamePixels) {
  const TemporaryFolder folder;
  const Image written = read_ppm("photo_420.ppm");
  write_png(folder / "photo.png", written);
  const Image read = decode_image(folder / "photo.png");
  EXPECT_EQ(read.width, written.width);
  EXPECT_EQ(read.height, written.height);
  EXPECT_EQ(read.rgb, written.rgb);
}

TEST(WritePng, NamesTheFileThatCannotBeWritten) {
  const TemporaryFolder folder;
  EXPECT_THAT([&] { write_png(folder / "no/photo.png", read_ppm("photo_420.ppm")); },
              ThrowsMessage<IoError>(HasSubstr("no/photo.png")));
}

}  // namespace
}  // namespace ptqbench
