#!/usr/bin/env bash
# clang-tidy over the given files, or over all sources that git tracks: scripts/lint.sh [FILE ...]
set -euo pipefail
cd "$(dirname "$0")/.."
# clang cannot read the headers that GCC precompiled, so it gets compile commands without them.
cmake --preset release -B build/lint -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON >/dev/null
files=("$@")
if [ ${#files[@]} -eq 0 ]; then
  mapfile -t files < <(git ls-files 'harness/*.cpp' 'methods/*.cpp' 'results/*.cpp' 'tasks/*.cpp')
fi
clang-tidy -p build/lint --quiet "${files[@]}"
