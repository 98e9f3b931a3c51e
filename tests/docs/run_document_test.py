#!/usr/bin/python3
"""The tests of documents can fail: what run_document.py and check_documents.py accept and refuse."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))

import check_documents  # noqa: E402
import run_document  # noqa: E402


def ran(text):
    """Exit code and output of run_document.py on a document."""
    with tempfile.TemporaryDirectory() as folder:
        document = pathlib.Path(folder) / "document.md"
        document.write_text(text, encoding="utf-8")
        done = subprocess.run([sys.executable, HERE / "run_document.py", document], text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout


class Outputs(unittest.TestCase):
    def test_lines_in_the_middle_are_found(self):
        self.assertTrue(run_document.contains("b\nc\n", "a\nb\nc\nd\n", 0))
        self.assertFalse(run_document.contains("b\nd\n", "a\nb\nc\nd\n", 0))

    def test_dots_stand_for_lines_and_for_parts_of_one(self):
        self.assertTrue(run_document.contains("a\n...\nd\n", "a\nb\nc\nd\n", 0))
        self.assertFalse(run_document.contains("a\n...\ne\n", "a\nb\nc\nd\n", 0))
        self.assertTrue(run_document.contains("12 cells ... here", "12 cells in /tmp/x here\n", 0))
        self.assertFalse(run_document.contains("12 cells ... here", "13 cells in /tmp/x here\n", 0))

    def test_decimal_fractions_have_a_tolerance_and_counts_do_not(self):
        self.assertTrue(run_document.contains("w2a2  90.50±0.10", "w2a2 91.40±0.00\n", 1))
        self.assertFalse(run_document.contains("w2a2  90.50±0.10", "w2a2 91.60±0.10\n", 1))
        self.assertFalse(run_document.contains("w2a2  90.50±0.10", "w2a2 90.50±1.20\n", 1))
        self.assertFalse(run_document.contains("3 cells", "4 cells\n", 5))


class Documents(unittest.TestCase):
    def test_files_are_written_and_commands_share_a_shell(self):
        code, printed = ran("```yaml\n# a.yaml\nx: 1\n```\n```sh\nname=a.yaml\n```\n```sh\ncat $name\n```\n"
                            "<!-- prints -->\n```text\nx: 1\n```\n")
        self.assertEqual(code, 0, printed)

    def test_another_output_is_refused(self):
        code, printed = ran("```sh\necho 1\n```\n\n<!-- prints -->\n```text\n2\n```\n")
        self.assertEqual(code, 1)
        self.assertIn("document.md:6: expected\n2\n", printed)

    def test_a_document_that_promises_nothing_is_refused(self):
        self.assertEqual(ran("```sh\necho 1\n```\n")[0], 1)

    def test_a_command_that_fails_is_reported_with_its_line(self):
        code, printed = ran("```sh\ntrue\n```\n```sh\nfalse\necho 1\n```\n<!-- prints -->\n```text\n1\n```\n")
        self.assertEqual(code, 1)
        self.assertIn("document.md:4: exit code 1", printed)

    def test_an_announced_exit_code_is_asked_for(self):
        text = "<!-- fails with 2 -->\n```sh\nsh -c 'echo no; exit {}'\n```\n<!-- prints -->\n```text\nno\n```\n"
        self.assertEqual(ran(text.format(2))[0], 0)
        self.assertEqual(ran(text.format(1))[0], 1)
        self.assertEqual(ran(text.format(0))[0], 1)


class Quotations(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        (self.root / "docs").mkdir()
        (self.root / "a.cpp").write_text("one\ntwo\nthree\n", encoding="utf-8")

    def problems(self, text):
        (self.root / "README.md").write_text(text, encoding="utf-8")
        return list(check_documents.problems(self.root))

    def test_whole_lines_that_follow_each_other_are_a_quotation(self):
        self.assertEqual(self.problems("<!-- from a.cpp -->\n```cpp\ntwo\nthree\n```\n"), [])
        self.assertEqual(len(self.problems("<!-- from a.cpp -->\n```cpp\none\nthree\n```\n")), 1)
        self.assertEqual(len(self.problems("<!-- from a.cpp -->\n```cpp\ntw\n```\n")), 1)
        self.assertEqual(len(self.problems("<!-- from b.cpp -->\n```cpp\none\n```\n")), 1)

    def test_links_lead_to_files(self):
        self.assertEqual(self.problems("[a](a.cpp) [b](https://example.org/b) [c](#c)\n"), [])
        self.assertEqual(len(self.problems("[a](b.cpp)\n")), 1)

    def test_readme_names_every_document(self):
        (self.root / "docs" / "b.md").write_text("", encoding="utf-8")
        self.assertEqual(len(self.problems("")), 1)
        self.assertEqual(self.problems("[b](docs/b.md)\n"), [])


if __name__ == "__main__":
    unittest.main()
