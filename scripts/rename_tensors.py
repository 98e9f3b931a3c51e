#!/usr/bin/env python3
"""Renames tensors of a safetensors file; needs nothing but Python.

scripts/rename_tensors.py INPUT OUTPUT PATTERN REPLACEMENT [PATTERN REPLACEMENT ...]: in every name what the regular
expressions match is replaced, one after another, as Python's re.sub does. scripts/rename_tensors.py INPUT lists names.
"""

import json
import pathlib
import re
import struct
import sys


class RenameError(Exception):
    """What is wrong with the input, for people."""


def read(path):
    """The header and the bytes of the tensors. The file is the header's length in 64 bits, the header, the tensors."""
    content = path.read_bytes()
    try:
        (length,) = struct.unpack_from("<Q", content)
        return json.loads(content[8 : 8 + length]), content[8 + length :]
    except (struct.error, ValueError) as error:
        raise RenameError(f"{path} is no safetensors file") from error


def renamed(header, rules):
    """The header under the new names."""
    result = {}
    for name, entry in header.items():
        new = name
        if name != "__metadata__":
            for pattern, replacement in rules:
                new = re.sub(pattern, replacement, new)
        if new in result:
            raise RenameError(f"two tensors would be called {new}")
        result[new] = entry
    return result


def main(arguments):
    if len(arguments) != 1 and (len(arguments) < 4 or len(arguments) % 2 == 1):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        header, tensors = read(pathlib.Path(arguments[0]))
        if len(arguments) == 1:
            for name, entry in header.items():
                if name != "__metadata__":
                    print(name, entry["shape"])
            return 0
        new = renamed(header, list(zip(arguments[2::2], arguments[3::2])))
        text = json.dumps(new, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 8)
        pathlib.Path(arguments[1]).write_bytes(struct.pack("<Q", len(text)) + text + tensors)
    except (RenameError, OSError, re.error) as error:
        print(f"rename_tensors.py: {error}", file=sys.stderr)
        return 2
    print(f"{arguments[1]}: {len(set(new) - set(header))} of {len(new.keys() - {'__metadata__'})} names are new")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
