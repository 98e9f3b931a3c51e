#!/usr/bin/env bash
# From a fresh clone to a table: installs what is missing, builds, runs a small sweep on two ranks, prints its table.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/install-deps.sh
scripts/build.sh release -DPTQBENCH_TESTS=OFF -DPTQBENCH_BENCHMARKS=OFF
scripts/mpirun.sh 2 build/release/ptqbench run configs/quickstart.yaml --out runs/quickstart
echo
echo "The same as Markdown, from the run directory:"
build/release/ptqbench table runs/quickstart --format markdown
