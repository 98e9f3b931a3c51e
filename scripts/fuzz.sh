#!/usr/bin/env bash
# Feeds made-up files to the readers: scripts/fuzz.sh [TARGET] [SECONDS], each target by default, a minute each.
# TARGET: cell_file, coco, glue, jpeg, label_file, pickle, png, safetensors, squad, sweep or zip.
# Builds with Clang and the address and undefined-behaviour sanitizers in build/fuzz. What is found lies in
# build/fuzz/findings; the corpus, which grows with every run, in build/fuzz/corpus.
set -euo pipefail
cd "$(dirname "$0")/.."
all=(cell_file coco glue jpeg label_file pickle png safetensors squad sweep zip)
seconds=60
targets=("${all[@]}")
for argument in "$@"; do
  if [[ $argument =~ ^[0-9]+$ ]]; then
    seconds=$argument
  elif [[ " ${all[*]} " == *" $argument "* ]]; then
    targets=("$argument")
  else
    echo "fuzz.sh: no target '$argument'; there are: ${all[*]}" >&2
    exit 2
  fi
done

export CXX=${CXX:-clang++-14} CC=${CC:-clang-14}
cmake --preset fuzz >/dev/null
cmake --build build/fuzz --target cell_file_seed "${targets[@]/%/_fuzz}"

# What the fuzzer of a target starts from: files of the tests and those in tests/fuzz/corpus.
seed() {
  local to=build/fuzz/seeds/$1
  mkdir -p "$to"
  case $1 in
    cell_file) build/fuzz/tests/fuzz/cell_file_seed "$to" ;;
    coco) cp tests/golden/coco_*.json "$to" ;;
    jpeg) cp tests/tasks/data/data/*.jpg "$to" ;;
    png) cp tests/tasks/data/data/*.png "$to" ;;
    safetensors) cp tests/tasks/checkpoint/data/*.safetensors "$to" ;;
    pickle) cp tests/tasks/checkpoint/data/*legacy.pth "$to" ;;
    zip) find tests/tasks/checkpoint/data -name '*.pth' ! -name '*legacy*' -exec cp {} "$to" \; ;;
    sweep) cp configs/*.yaml configs/paper/*.yaml "$to" ;;
  esac
  if [[ -d tests/fuzz/corpus/$1 ]]; then cp tests/fuzz/corpus/"$1"/* "$to"; fi
}

found=0
for target in "${targets[@]}"; do
  seed "$target"
  mkdir -p "build/fuzz/corpus/$target" build/fuzz/findings
  echo "== $target, $seconds seconds"
  # A reader that takes 20 s for a file of the fuzzer's size, or 2 GiB, has lost its bounds.
  if ! build/fuzz/tests/fuzz/"${target}_fuzz" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -malloc_limit_mb=1024 \
      -print_final_stats=1 -verbosity=0 -artifact_prefix="build/fuzz/findings/$target-" \
      "build/fuzz/corpus/$target" "build/fuzz/seeds/$target"; then
    found=1
  fi
done
exit $found
