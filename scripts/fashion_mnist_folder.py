#!/usr/bin/python3
"""Writes Fashion-MNIST as a folder of pictures, FOLDER/train/CLASS/*.png and FOLDER/test/CLASS/*.png, as the data set
image_folder reads it. Needs Debian's packages dataset-fashion-mnist and python3-pil.

scripts/fashion_mnist_folder.py FOLDER [--train N] [--test N] [--classes NAME ...]: the first N pictures of each class.
"""

import argparse
import gzip
import pathlib
import sys

from PIL import Image

CLASSES = ["t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle-boot"]
SIDE = 28
# Of the IDX format: of images four 32-bit numbers, of labels two.
IMAGE_HEADER, LABEL_HEADER = 16, 8


def write_split(root, prefix, count, classes, folder):
    """The first `count` pictures of each of the classes in the files `prefix`-*, numbered as they stand there."""
    with gzip.open(root / f"{prefix}-images-idx3-ubyte.gz") as file:
        pixels = file.read()[IMAGE_HEADER:]
    with gzip.open(root / f"{prefix}-labels-idx1-ubyte.gz") as file:
        labels = file.read()[LABEL_HEADER:]
    written = [0] * len(CLASSES)
    for number, label in enumerate(labels):
        if CLASSES[label] not in classes or written[label] == count:
            continue
        written[label] += 1
        target = folder / CLASSES[label]
        target.mkdir(parents=True, exist_ok=True)
        at = number * SIDE * SIDE
        Image.frombytes("L", (SIDE, SIDE), pixels[at : at + SIDE * SIDE]).save(target / f"{number:05}.png")
    print(f"{folder}: {sum(written)} pictures in {len(classes)} classes")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--train", type=int, default=6000, metavar="N", help="of each class [all 6000]")
    parser.add_argument("--test", type=int, default=1000, metavar="N", help="of each class [all 1000]")
    parser.add_argument("--classes", nargs="+", default=CLASSES, choices=CLASSES, metavar="NAME",
                        help=f"of {', '.join(CLASSES)} [all]")
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path("/usr/share/datasets/fashion-mnist"),
                        help="folder of Fashion-MNIST [%(default)s]")
    options = parser.parse_args()
    try:
        write_split(options.root, "train", options.train, options.classes, options.folder / "train")
        write_split(options.root, "t10k", options.test, options.classes, options.folder / "test")
    except OSError as error:
        print(f"fashion_mnist_folder.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
