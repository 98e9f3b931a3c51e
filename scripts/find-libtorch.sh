#!/bin/sh
# Prints the folder of a LibTorch (it holds lib/libtorch.so): scripts/find-libtorch.sh [FOLDER | PYTHON]
# FOLDER: PyTorch's package, one that holds it (site-packages, a virtual environment), or an unpacked LibTorch.
# PYTHON: an interpreter that finds PyTorch. Neither: PTQBENCH_TORCH, which is one of the two, else the python3 on the path.
# A plain shell is enough, since bundles carry this to machines that may have no other.
set -eu
fail() { echo "find-libtorch.sh: $1" >&2; exit 2; }

in_folder() {  # FOLDER
  for folder in "$1" "$1/torch" "$1"/lib/python3*/site-packages/torch; do
    if [ -e "$folder/lib/libtorch.so" ]; then
      (cd "$folder" && pwd -P)
      return
    fi
  done
  fail "no lib/libtorch.so in '$1', in torch/ or lib/python3*/site-packages/torch below it"
}

# Where PyTorch lies, without importing it.
of_python() {  # PYTHON
  folder=$("$1" -c 'import importlib.util as u; s = u.find_spec("torch"); print(s.submodule_search_locations[0] if s else "")') ||
    fail "'$1' does not run as a Python"
  [ -n "$folder" ] || fail "'$1' finds no torch: name a folder or a Python that has it (PTQBENCH_TORCH)"
  in_folder "$folder"
}

wanted=${1:-${PTQBENCH_TORCH:-python3}}
if [ -d "$wanted" ]; then
  in_folder "$wanted"
elif command -v "$wanted" >/dev/null; then
  of_python "$wanted"
else
  fail "'$wanted' is no folder and no program: expected a LibTorch or a Python that has PyTorch (PTQBENCH_TORCH)"
fi
