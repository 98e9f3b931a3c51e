"""What programs take from LibTorch's libraries must be LibTorch's: bindings_test.py PROGRAM ...

PyTorch's wheels export parts of a C++ library of their own (a std::filesystem that calls through null pointers among them).
A program that finds LibTorch before libstdc++ binds to these. Each PROGRAM is looked at in two ways: the order in which it
names its libraries, and what the dynamic linker says it bound when the program starts.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

LIBTORCH = re.compile(r"lib(torch|c10|caffe2)[^/]*\.so")
# A namespace of LibTorch's anywhere in a demangled name; std::vector<at::Tensor>'s members are instantiated on both sides.
LIBTORCHS_OWN = re.compile(r"\b(at|c10|c10d|torch|caffe2)::")
BINDING = re.compile(r"binding file (\S+) \[0\] to (\S+) \[0\]: normal symbol `([^']+)'")


def needed_libraries(program):
    listing = subprocess.run(["readelf", "--dynamic", "--wide", program], check=True, capture_output=True, text=True).stdout
    return re.findall(r"\(NEEDED\).*\[(.+)\]", listing)


def bindings(program):
    """(library, symbol) of everything that the program itself takes from a library when it is started."""
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ, LD_DEBUG="bindings", LD_BIND_NOW="1", LD_DEBUG_OUTPUT=f"{folder}/log")
        asked = "--gtest_list_tests" if program.endswith("_test") else "--version"
        subprocess.run([program, asked], check=True, env=environment, stdout=subprocess.DEVNULL)
        found = set()
        for log in pathlib.Path(folder).iterdir():
            with open(log, encoding="utf-8", errors="replace") as lines:
                for line in lines:
                    match = BINDING.search(line)
                    if match and os.path.basename(match[1]) == os.path.basename(program):
                        found.add((match[2], match[3]))
    return found


def demangled(symbols):
    return subprocess.run(["c++filt"], input="\n".join(symbols), check=True, capture_output=True, text=True).stdout.splitlines()


class Bindings(unittest.TestCase):
    programs = []

    def test_the_standard_library_comes_before_libtorch(self):
        for program in self.programs:
            with self.subTest(program=program):
                needed = needed_libraries(program)
                libtorch = [place for place, name in enumerate(needed) if LIBTORCH.match(name)]
                self.assertTrue(libtorch, f"links no LibTorch: {needed}")
                self.assertIn("libstdc++.so.6", needed)
                self.assertLess(needed.index("libstdc++.so.6"), min(libtorch), needed)

    def test_only_libtorchs_symbols_are_taken_from_libtorch(self):
        for program in self.programs:
            with self.subTest(program=program):
                bound = bindings(program)
                taken = sorted(symbol for library, symbol in bound if LIBTORCH.search(os.path.basename(library)))
                self.assertTrue(taken, "nothing was bound to LibTorch: what the dynamic linker says was not understood")
                foreign = [name for name in demangled(taken) if not LIBTORCHS_OWN.search(name)]
                self.assertEqual(foreign, [])


if __name__ == "__main__":
    Bindings.programs = sys.argv[1:]
    if not Bindings.programs:
        sys.exit(__doc__)
    unittest.main(argv=sys.argv[:1])
