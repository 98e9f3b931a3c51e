#!/usr/bin/env bash
# Installs what is missing, builds, runs all tests. Further arguments go to ctest (-R name, -L label).
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/install-deps.sh
scripts/build.sh release -DPTQBENCH_TESTS=ON -DPTQBENCH_BENCHMARKS=ON
# One thread a test program: the programs themselves run side by side.
OMP_NUM_THREADS=1 ctest --preset release --parallel "$(nproc)" "$@"
