#!/usr/bin/env python3
"""Makes turned_1.jpg to turned_8.jpg, which have one stored picture and each an Exif orientation, and in turned_N.ppm what
Pillow's ImageOps.exif_transpose makes of it.

Needs Pillow (made with 12).
"""

import io
import pathlib

from PIL import Image, ImageOps

HERE = pathlib.Path(__file__).parent
ORIENTATION = 0x0112


def stored_picture():
    """100x40 pixels that no turning or mirroring leaves as they are."""
    image = Image.new("RGB", (100, 40))
    for y in range(40):
        for x in range(100):
            image.putpixel((x, y), (2 * x, 6 * y, 255 if x < 20 and y < 10 else 40))
    return image


def main():
    image = stored_picture()
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[ORIENTATION] = orientation
        data = io.BytesIO()
        image.save(data, "JPEG", quality=90, subsampling=0, exif=exif)
        (HERE / f"turned_{orientation}.jpg").write_bytes(data.getvalue())
        shown = ImageOps.exif_transpose(Image.open(io.BytesIO(data.getvalue()))).convert("RGB")
        (HERE / f"turned_{orientation}.ppm").write_bytes(b"P6 %d %d 255\n" % shown.size + shown.tobytes())


if __name__ == "__main__":
    main()
