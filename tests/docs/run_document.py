#!/usr/bin/python3
"""Does what a document tells its reader to, in an empty folder, in one shell.

run_document.py DOCUMENT FOLDER ...: the folders come first in PATH, as the document's installation puts them there.

Blocks of the language sh are run, and everything else with a first line `# FILE` is written to that file. A comment in
front of a block says more:
  <!-- not run: WHY -->             this one is not
  <!-- fails with 2 -->             it ends with exit code 2 (one command)
  <!-- prints -->                   the block is what the last commands printed, or a part of it, standard error before
                                    standard output; `...` stands for anything, on a line of its own for any number of
                                    lines
  <!-- prints, numbers within 5 --> the same, decimal fractions may be so far off
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

from markdown_blocks import blocks

# The record separator of ASCII.
MARK = "\x1e"
END = "END OF FILE"
DECIMAL = re.compile(r"\d+\.\d+")
FILE_LINE = re.compile(r"# (\S+\.\w+)\n")
PRINTS = re.compile(r"prints(?:, numbers within ([\d.]+))?")
FAILS = re.compile(r"fails with (\d+)")


def script(document):
    """A shell script of all blocks, in which a mark with the line of a block stands before its output."""
    lines = ["set -e"]
    for block in document:
        if block.note.startswith("not run: "):
            continue
        name = FILE_LINE.match(block.text)
        if block.language == "sh":
            lines.append(f"printf '{MARK}{block.line}\\n'; printf '{MARK}{block.line}\\n' >&2")
            fails = FAILS.fullmatch(block.note)
            if fails:
                lines.append(f"{{ {block.text.rstrip()}\n}} && exit 1 || test $? -eq {fails[1]}")
            else:
                lines.append(block.text.rstrip())
        elif name:
            lines.append(f"cat >'{name[1]}' <<'{END}'\n{block.text}{END}")
    return "\n".join(lines) + "\n"


def outputs(error, output):
    """What was printed, by the line of its block. A launcher forwards the two streams in no certain order."""
    printed = {}
    for stream in (error, output):
        for part in stream.split(MARK)[1:]:
            line, text = part.split("\n", 1)
            printed[int(line)] = printed.get(int(line), "") + text
    return printed


def line_matches(expected, got, tolerance):
    """Whether a line is as expected, but for spaces, what `...` stands for, and decimal fractions."""
    expected, got = " ".join(expected.split()), " ".join(got.split())
    parts = [DECIMAL.sub(MARK, part) for part in expected.split("...")]
    pattern = ".*".join(re.escape(part).replace(re.escape(MARK), r"(\d+\.\d+)") for part in parts)
    match = re.fullmatch(pattern, got)
    if not match:
        return False
    wanted = [float(number) for part in expected.split("...") for number in DECIMAL.findall(part)]
    return all(abs(float(have) - want) <= tolerance for have, want in zip(match.groups(), wanted))


def starts_with(expected, got, tolerance):
    """Whether the lines `got` begin with the expected ones."""
    for number, line in enumerate(expected):
        if line.strip() == "...":
            rest = expected[number + 1 :]
            return any(starts_with(rest, got[number + skipped :], tolerance) for skipped in range(len(got) - number + 1))
        if number == len(got) or not line_matches(line, got[number], tolerance):
            return False
    return True


def contains(expected, printed, tolerance):
    got = printed.splitlines()
    return any(starts_with(expected.splitlines(), got[first:], tolerance) for first in range(len(got) + 1))


def check_outputs(document, printed, path):
    """Compares; returns how many blocks were compared and how many were wrong."""
    checked, wrong, last = 0, 0, None
    for block in document:
        if block.language == "sh":
            last = block.line
        prints = PRINTS.fullmatch(block.note)
        if not prints:
            continue
        checked += 1
        if not contains(block.text, printed[last], float(prints[1] or 0)):
            wrong += 1
            print(f"{path}:{block.line}: expected\n{block.text}got from line {last}\n{printed[last]}")
    return checked, wrong


def main():
    path = pathlib.Path(sys.argv[1])
    # Debian's Python first: the scripts need its packages.
    folders = [str(pathlib.Path(folder).resolve()) for folder in sys.argv[2:]] + ["/usr/bin", "/bin"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PTQBENCH_")}
    environment["PATH"] = ":".join(folders + [environment["PATH"]])
    document = blocks(path)
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["bash", "-c", script(document)], cwd=folder, env=environment, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, check=False)
    printed = outputs(done.stderr, done.stdout)
    if done.returncode != 0:
        line = max(printed, default=0)
        print(f"{path}:{line}: exit code {done.returncode}\n{printed.get(line, done.stderr)}")
        return 1
    checked, wrong = check_outputs(document, printed, path)
    print(f"{path}: {len(printed)} blocks of commands were run, {checked} outputs compared, {wrong} wrong")
    return 1 if wrong > 0 or checked == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
