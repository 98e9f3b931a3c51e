"""No two headers define types of one name: linked together, one would stand in for the other.

Usage: one_name_one_type_test.py SOURCE_FOLDER
"""

import collections
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(sys.argv.pop(1)) if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2]
FLOORS = ("support", "methods", "results", "tasks", "harness")
TYPE = re.compile(r"(?:struct|class|enum class|enum)\s+(\w+)(?!.*;$)|enum class\s+(\w+).*\{")
NAMESPACE = re.compile(r"namespace\s+([\w:]+)\s*\{$")


def types_of(text):
    """Types that stand at namespace level, where clang-format indents nothing."""
    namespace = ""
    for line in text.splitlines():
        if found := NAMESPACE.match(line):
            namespace += "::" + found[1]
        elif line.startswith("}  // namespace"):
            namespace = namespace.rpartition("::")[0]
        elif found := TYPE.match(line):
            yield f"{namespace}::{found[1] or found[2]}"


def headers_of_each_type(root):
    places = collections.defaultdict(list)
    for floor in FLOORS:
        for path in sorted((root / floor).rglob("*.h")):
            for name in types_of(path.read_text()):
                places[name].append(path.relative_to(root).as_posix())
    return places


class Names(unittest.TestCase):
    def test_each_type_has_one_header(self):
        places = headers_of_each_type(ROOT)
        self.assertGreater(len(places), 200)
        self.assertEqual({name: at for name, at in places.items() if len(at) > 1}, {})

    def test_definitions_are_told_from_declarations_and_members(self):
        text = ("namespace a {\nstruct Declared;\nclass B : public C {\n  struct Inner {\n  };\n};\n"
                "enum class E { kOne };\n}  // namespace a\n")
        self.assertEqual(list(types_of(text)), ["::a::B", "::a::E"])


if __name__ == "__main__":
    unittest.main()
