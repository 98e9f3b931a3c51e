#!/usr/bin/env python3
"""Makes the pictures in this folder and, with Pillow and torchvision, what must become of them.

Needs numpy, Pillow 12 or older (13 orders the two passes of a resize by another rule, which changes single pixels by one
level), torchvision and the program cjpeg (libjpeg-turbo-progs). For each `NAME.jpg` or `NAME.png`, `NAME.ppm` holds the
RGB pixels (none for strip.png, which is only extreme); `resize_*.ppm`, `crop_*.ppm` and `network_input.f32` are made from
photo_420.jpg.
"""

import io
import pathlib
import struct
import subprocess
import zlib

import numpy as np
import torchvision.transforms.v2.functional as tvf
from PIL import Image
from torchvision import transforms

HERE = pathlib.Path(__file__).parent
rng = np.random.default_rng(7)


def scene(width, height):
    """A picture with slopes, edges, saturated colours, texture and noise, as photographs have."""
    y, x = np.mgrid[0:height, 0:width]
    red = 255 * x / width
    green = 127 + 120 * np.sin(x / 5 + y / 9)
    blue = 255 * y / height
    image = np.stack([red, green, blue], 2)
    disk = (x - width * 0.6) ** 2 + (y - height * 0.4) ** 2 < (height * 0.25) ** 2
    image[disk] = [250, 20, 30]
    image[height * 2 // 3 :, : width // 3] = [10, 240, 15]
    image[:: 7, width // 2 :] *= 0.5
    return np.clip(image + rng.normal(0, 6, image.shape), 0, 255).astype(np.uint8)


def write_ppm(name, image):
    (HERE / f"{name}.ppm").write_bytes(b"P6 %d %d 255\n" % image.size + image.convert("RGB").tobytes())


def keep(file_name, data):
    (HERE / file_name).write_bytes(data)
    write_ppm(pathlib.Path(file_name).stem, Image.open(io.BytesIO(data)))


def jpeg(image, **options):
    stream = io.BytesIO()
    image.save(stream, "jpeg", quality=88, **options)
    return stream.getvalue()


def cjpeg(image, *options):
    ppm = b"P6 %d %d 255\n" % image.size + image.tobytes()
    return subprocess.run(["cjpeg", "-quality", "88", *options], input=ppm, stdout=subprocess.PIPE, check=True).stdout


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pack_rows(samples, depth):
    """Filter byte 0 and the samples [H, W * channels] of `depth` bits, big-endian."""
    rows = b""
    for row in samples:
        if depth == 16:
            packed = row.astype(">u2").tobytes()
        else:
            bits = (row[:, None].astype(np.uint8) >> np.arange(depth)[::-1]) & 1
            packed = np.packbits(bits.reshape(-1)).tobytes()
        rows += b"\0" + packed
    return rows


def png(samples, depth, color_type, extra=b"", interlaced=False):
    """`samples` [H, W, channels]; Pillow does not write all depths, nor interlaced files."""
    height, width, _ = samples.shape
    passes = [(0, 0, 1, 1)]
    if interlaced:
        passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    raw = b""
    for top, left, down, across in passes:
        part = samples[top::down, left::across]
        if part.size:
            raw += pack_rows(part.reshape(part.shape[0], -1), depth)
    header = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, int(interlaced))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(raw))
            + chunk(b"IEND", b""))


def make_jpegs():
    photo = Image.fromarray(scene(75, 57))
    small = Image.fromarray(scene(37, 29))
    keep("photo_420.jpg", jpeg(photo, subsampling=2))
    keep("small_444.jpg", jpeg(small, subsampling=0))
    keep("small_422_progressive.jpg", jpeg(small, subsampling=1, progressive=True))
    keep("small_rgb.jpg", jpeg(small, keep_rgb=True))
    keep("small_grey.jpg", jpeg(small.convert("L")))
    keep("small_unusual_sampling.jpg", cjpeg(small, "-sample", "3x1"))
    pixels = np.concatenate([scene(37, 29), scene(37, 29)[:, :, :1]], 2)
    cmyk = jpeg(Image.fromarray(pixels, "CMYK"))
    keep("small_cmyk.jpg", cmyk)
    marker = cmyk.index(b"Adobe")
    assert cmyk[marker + 11] == 0  # The transform: 0 is CMYK, 2 YCCK.
    keep("small_ycck.jpg", cmyk[: marker + 11] + b"\2" + cmyk[marker + 12 :])


def make_pngs():
    rgb = scene(21, 13)
    grey = rgb[:, :, 1:2]
    alpha = rng.integers(0, 256, grey.shape).astype(np.uint8)
    wide = rng.integers(0, 65536, (13, 21, 3))
    gamma = chunk(b"gAMA", struct.pack(">I", 100000))
    keep("rgb8_interlaced.png", png(rgb, 8, 2, interlaced=True))
    keep("rgba8_gamma.png", png(np.concatenate([rgb, alpha], 2), 8, 6, extra=gamma))
    keep("rgb8_transparent_color.png", png(rgb, 8, 2, extra=chunk(b"tRNS", struct.pack(">HHH", *map(int, rgb[0, 0])))))
    keep("rgb16.png", png(wide, 16, 2))
    keep("grey_alpha16.png", png(wide[:, :, :2], 16, 4))
    keep("grey_alpha8.png", png(np.concatenate([grey, alpha], 2), 8, 4))
    for depth in (1, 2, 4, 8):
        keep(f"grey{depth}.png", png(grey >> (8 - depth), depth, 0))
    palette = chunk(b"PLTE", rng.integers(0, 256, 48).astype(np.uint8).tobytes()) + chunk(b"tRNS", b"\0\x40\x80")
    keep("palette4_transparent.png", png(grey >> 4, 4, 3, extra=palette))
    (HERE / "strip.png").write_bytes(png(np.zeros((1, 12000, 1), int), 8, 0))
    # Pillow clips 16-bit grey at 255; we keep the high byte, as it does for colour.
    (HERE / "grey16.png").write_bytes(png(wide[:, :, :1], 16, 0))
    write_ppm("grey16", Image.fromarray((wide[:, :, 0] >> 8).astype(np.uint8)))


def make_resized():
    photo = Image.open(HERE / "photo_420.jpg").convert("RGB")
    write_ppm("resize_shorter_32", tvf.resize(photo, 32, antialias=True))
    write_ppm("resize_20x90", photo.resize((20, 90), Image.Resampling.BILINEAR))
    write_ppm("resize_90x20", photo.resize((90, 20), Image.Resampling.BILINEAR))
    write_ppm("resize_3x2", photo.resize((3, 2), Image.Resampling.BILINEAR))
    write_ppm("crop_28", tvf.center_crop(photo, 28))
    write_ppm("crop_64", tvf.center_crop(photo, 64))
    pipeline = transforms.Compose([
        transforms.Resize(32),
        transforms.CenterCrop(28),
        transforms.ToTensor(),
        transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    ])
    (HERE / "network_input.f32").write_bytes(pipeline(photo).numpy().astype("<f4").tobytes())


def noise(width, height):
    """Bytes of a linear congruential generator, row by row."""
    state, out = 12345, bytearray()
    for _ in range(width * height * 3):
        state = (state * 1664525 + 1013904223) % 2**32
        out.append(state >> 24)
    return Image.frombytes("RGB", (width, height), bytes(out))


def print_imagenet_crops():
    """CRC-32 of the pixels after Resize(256) and CenterCrop(224), for resize_test.cpp."""
    for width, height in ((500, 375), (375, 500), (333, 500), (256, 256), (257, 256), (299, 301), (160, 213), (1201, 224)):
        # torchvision's Resize and CenterCrop, written out.
        longer = int(256 * max(width, height) / min(width, height))
        size = (256, longer) if width <= height else (longer, 256)
        image = noise(width, height).resize(size, Image.Resampling.BILINEAR)
        left, top = (int(round((side - 224) / 2.0)) for side in size)
        image = image.crop((left, top, left + 224, top + 224))
        print("{%d, %d, 0x%08xU}," % (width, height, zlib.crc32(image.tobytes())))


if __name__ == "__main__":
    print_imagenet_crops()
    make_jpegs()
    make_pngs()
    make_resized()
