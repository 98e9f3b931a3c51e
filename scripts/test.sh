#!/usr/bin/env bash
# Installs what is missing, builds, runs all tests: scripts/test.sh [--torch FOLDER|PYTHON] [ctest arguments ...]
# --torch: against that LibTorch (as scripts/find-libtorch.sh takes it) and not Debian's, in build/torch-VERSION.
# ctest's arguments choose tests (-R name, -L label).
set -euo pipefail
cd "$(dirname "$0")/.."
torch=
if [ "${1:-}" = --torch ]; then
  [ $# -ge 2 ] || { echo "test.sh: --torch needs a folder or a Python" >&2; exit 2; }
  torch=$(scripts/find-libtorch.sh "$2")
  shift 2
fi
scripts/install-deps.sh
build=build/release
options=(-DPTQBENCH_TESTS=ON -DPTQBENCH_BENCHMARKS=ON)
if [ -n "$torch" ]; then
  build=build/torch-$(scripts/libtorch-version.sh "$torch")
  options+=(-B "$build" -DTorch_DIR="$torch/share/cmake/Torch")
fi
cmake --preset release "${options[@]}"
cmake --build "$build"
# One thread a test program: the programs themselves run side by side.
OMP_NUM_THREADS=1 ctest --test-dir "$build" --output-on-failure --parallel "$(nproc)" "$@"
