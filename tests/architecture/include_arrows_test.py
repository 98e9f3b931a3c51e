"""Every include in the sources follows an arrow of arrows.txt, and the arrows make no circle.

Usage: include_arrows_test.py SOURCE_FOLDER
"""

import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(sys.argv.pop(1)) if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2]
FLOORS = ("support", "methods", "results", "tasks", "harness")
ENDINGS = (".h", ".cpp", ".h.in", ".cu", ".cuh")
GROUND_FLOOR = "support"
INCLUDE = re.compile(r'\s*#\s*include\s*"((?:%s)/[^"]+)"' % "|".join(FLOORS))


class Table:
    """The rows of a table of arrows: rooms of one row, and the rooms that it may include."""

    def __init__(self, text):
        self.rows = []
        for line in text.splitlines():
            if not line.strip() or line.startswith("#"):
                continue
            rooms, _, targets = line.partition(":")
            self.rows.append(([room.strip() for room in rooms.split("+")], targets.split()))
        self.row_of = {room: i for i, (rooms, _) in enumerate(self.rows) for room in rooms}

    def room_of(self, folder):
        """The room that a folder belongs to: its own row's, or that of the nearest folder above."""
        while folder and folder not in self.row_of:
            folder = folder.rpartition("/")[0]
        return folder

    def allows(self, room, target):
        if target in (room, GROUND_FLOOR):
            return True
        rooms, targets = self.rows[self.row_of[room]]
        return target in targets or target in rooms

    def upward_arrows(self):
        """Arrows to a row that is not below their own."""
        return [f"{' + '.join(rooms)} -> {target}" for i, (rooms, targets) in enumerate(self.rows)
                for target in targets if self.row_of.get(target, -1) <= i]


def sources(root):
    for floor in FLOORS:
        for path in sorted((root / floor).rglob("*")):
            if path.name.endswith(ENDINGS):
                yield path.relative_to(root)


def wrong_includes(root, table):
    wrong = []
    for path in sources(root):
        room = table.room_of(path.parent.as_posix())
        for number, line in enumerate((root / path).read_text().splitlines(), 1):
            found = INCLUDE.match(line)
            if not found:
                continue
            target = table.room_of(found[1].rpartition("/")[0])
            if not table.allows(room, target):
                wrong.append(f'{path}:{number}: {room} may not include {target} ("{found[1]}")')
    return wrong


class IncludeArrows(unittest.TestCase):
    table = Table((ROOT / "tests/architecture/arrows.txt").read_text())

    def test_sources_include_what_the_table_allows(self):
        wrong = wrong_includes(ROOT, self.table)
        self.assertFalse(wrong, "\n" + "\n".join(wrong))

    def test_arrows_lead_down(self):
        self.assertEqual(self.table.upward_arrows(), [])

    def test_each_row_is_a_folder(self):
        missing = [room for room in self.table.row_of if not (ROOT / room).is_dir()]
        self.assertEqual(missing, [])

    def test_sources_were_read(self):
        self.assertGreater(sum(1 for _ in sources(ROOT)), 300)

    def test_the_picture_in_the_documents_shows_each_room(self):
        picture = (ROOT / "docs/architecture.md").read_text().split("```")[1]
        absent = [room for room in self.table.row_of
                  if not re.search(r"\b%s\b" % room.rpartition("/")[2], picture)]
        self.assertEqual(absent, [])


class Rules(unittest.TestCase):
    """The rules themselves, on tables of their own."""

    def test_a_folder_without_a_row_belongs_to_the_one_above(self):
        table = Table("tasks/data: tasks/text\ntasks/text:\n")
        self.assertEqual(table.room_of("tasks/data/jpeg"), "tasks/data")
        self.assertTrue(table.allows("tasks/data", "tasks/text"))
        self.assertTrue(table.allows("tasks/text", "support"))
        self.assertFalse(table.allows("tasks/text", "tasks/data"))

    def test_joined_rooms_may_include_each_other(self):
        table = Table("a + b: c\nc:\n")
        self.assertTrue(table.allows("a", "b") and table.allows("b", "a") and table.allows("b", "c"))
        self.assertFalse(table.allows("c", "a"))

    def test_an_arrow_to_the_same_or_a_higher_row_or_none_is_upward(self):
        self.assertEqual(Table("a: b\nb: a\n").upward_arrows(), ["b -> a"])
        self.assertEqual(Table("a: nowhere\n").upward_arrows(), ["a -> nowhere"])


if __name__ == "__main__":
    unittest.main()
