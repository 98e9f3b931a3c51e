#!/usr/bin/python3
"""scripts/rename_tensors.py: new names over the same bytes, and what it refuses."""

import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "rename_tensors.py"
HEADER = {
    "__metadata__": {"fc": "untouched"},
    "fc.weight": {"dtype": "F32", "shape": [1, 2], "data_offsets": [0, 8]},
    "fc.bias": {"dtype": "F32", "shape": [1], "data_offsets": [8, 12]},
}
TENSORS = bytes(range(12))


class RenameTensors(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.input = pathlib.Path(folder.name) / "in.safetensors"
        self.output = pathlib.Path(folder.name) / "out.safetensors"
        text = json.dumps(HEADER).encode()
        self.input.write_bytes(struct.pack("<Q", len(text)) + text + TENSORS)

    def run_script(self, *arguments):
        return subprocess.run([sys.executable, SCRIPT, *arguments], text=True, capture_output=True, check=False)

    def test_names_change_and_bytes_do_not(self):
        done = self.run_script(self.input, self.output, r"^fc\.", "linear.", "bias$", "b")
        self.assertEqual(done.returncode, 0, done.stderr)
        content = self.output.read_bytes()
        (length,) = struct.unpack_from("<Q", content)
        header = json.loads(content[8 : 8 + length])
        self.assertEqual(list(header), ["__metadata__", "linear.weight", "linear.b"])
        self.assertEqual(header["__metadata__"], HEADER["__metadata__"])
        self.assertEqual(header["linear.b"], HEADER["fc.bias"])
        self.assertEqual(content[8 + length :], TENSORS)
        # As other readers of the format ask for it.
        self.assertEqual(length % 8, 0)

    def test_a_file_alone_is_listed(self):
        self.assertEqual(self.run_script(self.input).stdout, "fc.weight [1, 2]\nfc.bias [1]\n")

    def refusal(self, *arguments):
        done = self.run_script(*arguments)
        self.assertEqual(done.returncode, 2)
        self.assertFalse(self.output.exists())
        return done.stderr

    def test_two_tensors_of_one_name_are_refused(self):
        self.assertIn("two tensors would be called fc.x", self.refusal(self.input, self.output, "weight|bias", "x"))

    def test_other_files_and_patterns_are_refused(self):
        self.assertIn("is no safetensors file", self.refusal(SCRIPT, self.output, "a", "b"))
        self.assertIn("unterminated subpattern", self.refusal(self.input, self.output, "(", "b"))
        self.assertIn("scripts/rename_tensors.py INPUT OUTPUT", self.refusal(self.input, self.output, "a"))


if __name__ == "__main__":
    unittest.main()
