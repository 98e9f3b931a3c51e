#!/usr/bin/python3
"""check_documents.py ROOT: whether README.md and docs/*.md quote what stands in the files, link to files that are there,
and README.md links to every document. A comment <!-- from FILE --> in front of a block says what it quotes: whole lines
that follow each other."""

import pathlib
import re
import sys

from markdown_blocks import blocks

FROM = re.compile(r"from (\S+)")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def problems(root):
    """A sentence for each."""
    documents = [root / "README.md"] + sorted((root / "docs").glob("*.md"))
    linked = set()
    for document in documents:
        name = document.relative_to(root)
        for block in blocks(document):
            source = FROM.fullmatch(block.note)
            if not source:
                continue
            path = root / source[1]
            if not path.is_file():
                yield f"{name}:{block.line}: there is no {source[1]}"
            elif "\n" + block.text not in "\n" + path.read_text(encoding="utf-8"):
                yield f"{name}:{block.line}: {source[1]} does not hold these lines"
        for target in LINK.findall(document.read_text(encoding="utf-8")):
            if "://" in target:
                continue
            path = document.parent / target
            if not path.exists():
                yield f"{name}: the link to {target} leads nowhere"
            elif document.name == "README.md":
                linked.add(path.resolve())
    for document in documents[1:]:
        if document.resolve() not in linked:
            yield f"README.md does not link to {document.relative_to(root)}"


def main():
    found = list(problems(pathlib.Path(sys.argv[1])))
    for problem in found:
        print(problem)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
