"""The fenced blocks of a Markdown document, for the tests of docs/."""

import dataclasses
import re

# A comment alone on its line; it belongs to the block that follows.
NOTE = re.compile(r"<!-- (.*) -->")
FENCE = re.compile(r"```(\w*)")


@dataclasses.dataclass
class Block:
    language: str
    # Between the fences, with a newline at the end.
    text: str
    # What the comment in front of it says, "" without one.
    note: str
    # Of the opening fence, from 1.
    line: int


def blocks(document):
    """Those of a file, in order."""
    found, note, block = [], "", None
    for number, line in enumerate(document.read_text(encoding="utf-8").splitlines(), 1):
        if block is not None:
            if line == "```":
                found.append(block)
                block, note = None, ""
            else:
                block.text += line + "\n"
        elif FENCE.fullmatch(line):
            block = Block(FENCE.fullmatch(line)[1], "", note, number)
        elif NOTE.fullmatch(line):
            note = NOTE.fullmatch(line)[1]
        elif line:
            note = ""
    if block is not None:
        raise ValueError(f"{document}:{block.line}: the block does not end")
    return found
