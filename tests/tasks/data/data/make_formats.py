#!/usr/bin/env python3
"""Makes the pictures of further formats in this folder, damaged JPEG files that Pillow decodes, and what must become of them.

Needs numpy and Pillow 12 or older, and the pictures of make_fixtures.py, from which these are made. For each file `NAME.EXT`
`EXT_NAME.ppm` holds the RGB pixels that Pillow finds in it, unless they are those of small_444.ppm.
"""

import io
import pathlib
import zlib

import numpy as np
from PIL import Image

HERE = pathlib.Path(__file__).parent
SMALL = Image.open(HERE / "small_444.ppm").convert("RGB")
PHOTO = Image.open(HERE / "photo_420.ppm").convert("RGB")


def keep(name, data):
    (HERE / name).write_bytes(data)
    image = Image.open(io.BytesIO(data)).convert("RGB")
    if image.size == SMALL.size and image.tobytes() == SMALL.tobytes():
        return
    stem, ending = name.rsplit(".", 1)
    (HERE / f"{ending}_{stem}.ppm").write_bytes(b"P6 %d %d 255\n" % image.size + image.tobytes())


def save(name, image, kind, **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    keep(name, stream.getvalue())


def with_alpha(image):
    ramp = np.linspace(0, 255, image.width * image.height).astype(np.uint8).reshape(image.height, image.width)
    return Image.merge("RGBA", (*image.split(), Image.fromarray(ramp)))


def make_webp():
    save("lossy.webp", SMALL, "WEBP", quality=70)
    save("lossless.webp", SMALL, "WEBP", lossless=True)
    save("alpha.webp", with_alpha(SMALL), "WEBP", lossless=True, exact=True)
    save("animated.webp", SMALL, "WEBP", lossless=True, save_all=True, append_images=[SMALL.transpose(Image.ROTATE_180)])


def make_bmp():
    save("rgb.bmp", SMALL, "BMP")
    save("alpha.bmp", with_alpha(SMALL), "BMP")
    save("palette.bmp", SMALL.quantize(17), "BMP")
    save("grey.bmp", SMALL.convert("L"), "BMP")
    save("bits.bmp", SMALL.convert("1"), "BMP")


def make_pnm():
    save("rgb.pnm", SMALL, "PPM")
    grey = np.asarray(SMALL.convert("L"))
    save("grey.pgm", SMALL.convert("L"), "PPM")
    save("bits.pgm", SMALL.convert("1"), "PPM")
    rows = "\n".join(" ".join(str(value // 17) for value in row) for row in grey)
    keep("text15.pgm", f"P2 # made by hand\n{SMALL.width} {SMALL.height}\n15\n{rows}\n".encode())
    wide = (np.asarray(SMALL).astype(int) * 4 + 7).astype(">u2")
    keep("wide1000.pgm", b"P6\n%d %d\n1000\n" % SMALL.size + wide.tobytes())


def make_tiff():
    save("raw.tif", SMALL, "TIFF")
    save("lzw.tif", SMALL, "TIFF", compression="tiff_lzw")
    save("deflate.tif", SMALL, "TIFF", compression="tiff_deflate", tiffinfo={317: 2})
    save("jpeg.tif", SMALL, "TIFF", compression="jpeg", quality=90)
    save("alpha.tif", with_alpha(SMALL), "TIFF")
    save("palette.tif", SMALL.quantize(17), "TIFF")
    save("grey.tif", SMALL.convert("L"), "TIFF")
    save("bits.tif", SMALL.convert("1"), "TIFF", compression="group4")
    for orientation in range(2, 9):
        save(f"turned{orientation}.tif", SMALL.crop((0, 0, 9, 5)), "TIFF", compression="tiff_lzw", tiffinfo={274: orientation})


def make_damaged_jpegs():
    """Files that libjpeg complains of and decodes: stray bytes before a marker and within the scan, and wrong codes."""
    whole = (HERE / "small_444.jpg").read_bytes()
    keep("stray_before_end.jpg", whole[:-2] + bytes(16) + whole[-2:])
    tables = whole.index(b"\xff\xc4")
    keep("stray_before_table.jpg", whole[:tables] + b"\x12\x34\x56" + whole[tables:])
    scan = whole.index(b"\xff\xda")
    broken = bytearray(whole)
    broken[scan + 200 : scan + 203] = b"\x5a\xa5\x5a"
    keep("wrong_codes.jpg", bytes(broken))
    early = bytearray(whole)
    early[scan + 300 : scan + 302] = b"\xff\xd9"
    keep("early_end.jpg", bytes(early))


def noise(width, height):
    """Bytes of a linear congruential generator, row by row."""
    state, out = 12345, bytearray()
    for _ in range(width * height * 3):
        state = (state * 1664525 + 1013904223) % 2**32
        out.append(state >> 24)
    return Image.frombytes("RGB", (width, height), bytes(out))


def print_resized():
    """CRC-32 of the pixels of resized noise, for resize_test.cpp."""
    for name in ("NEAREST", "BILINEAR", "BICUBIC", "LANCZOS"):
        for size in ((500, 375, 224, 224), (64, 48, 384, 384), (37, 100, 37, 33), (333, 500, 248, 372), (5, 5, 3, 2), (3, 1, 7, 1)):
            image = noise(*size[:2]).resize(size[2:], Image.Resampling[name])
            print("{Interpolation::k%s, %d, %d, %d, %d, 0x%08xU}," % (name.capitalize(), *size, zlib.crc32(image.tobytes())))


if __name__ == "__main__":
    make_webp()
    make_bmp()
    make_pnm()
    make_tiff()
    make_damaged_jpegs()
    print_resized()
