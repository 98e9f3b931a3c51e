#!/usr/bin/env bash
# Builds and runs the benchmarks on one thread and prints the ratios that docs/performance.md states, as a table;
# the same as JSON in build/release/bench/ratios.json. Takes about 15 minutes on two cores; nothing else should run meanwhile.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/install-deps.sh
scripts/build.sh release -DPTQBENCH_BENCHMARKS=ON
out=build/release/bench
mkdir -p "$out"
export OMP_NUM_THREADS=1
run() {  # PROGRAM REPETITIONS [OPTION ...]
  build/release/tests/benchmarks/"$1"_benchmark --benchmark_repetitions="$2" --benchmark_report_aggregates_only=true \
    --benchmark_out="$out/$1.json" --benchmark_out_format=json "${@:3}"
}
run kernels 5
# Interleaved, so that a drift of the machine's speed falls on both sides of a ratio. Of ResNet-18 two blocks.
run units 5 --benchmark_enable_random_interleaving=true \
  --benchmark_filter='/((conv1|layer[0-9.]+|linear)|resnet18\.layer(1\.0|3\.1))/'
run encoder 3 --benchmark_enable_random_interleaving=true
run ranges 5
run cells 3 --benchmark_enable_random_interleaving=true
python3 scripts/bench_ratios.py "$out"
