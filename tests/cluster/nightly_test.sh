#!/usr/bin/env bash
# scripts/nightly.sh with a sweep of seconds. usage: nightly_test.sh PROGRAM
set -euo pipefail
program=$1
source_folder=$(cd "$(dirname "$0")/../.." && pwd)
nightly=$source_folder/scripts/nightly.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
runs=$folder/runs
export PTQBENCH=$program RANKS=1
failures=0
check() {  # WHAT COMMAND ...
  local what=$1
  shift
  if "$@"; then echo "ok: $what"; return; fi
  echo "FAILED: $what"
  failures=$((failures + 1))
  tail -n 40 "$folder/log"
}
night() {  # NAME EXPECTED_EXIT [run options]
  local name=$1 expected=$2 code=0
  shift 2
  PTQBENCH_NIGHT=$name "$nightly" "$runs" "$folder/small.yaml" "$@" >"$folder/log" 2>&1 || code=$?
  check "night $name exits with $expected (it did with $code)" test "$code" -eq "$expected"
}

cat >"$folder/small.yaml" <<Y
name: small
task: image_classification
dataset: fashion_mnist
models: [{name: resnet20, checkpoint: $source_folder/configs/checkpoints/resnet20_fashion_mnist.safetensors}]
bits: [w2a4]
methods: [nearest, adaround]
settings: {calibration_samples: 16, range_samples: 16, batch_size: 4, iterations: 3, step_iterations: 2}
evaluation: {samples: 100, batch_size: 50}
report: {held_out_samples: 0, flatness_samples: 0}
threads: 1
Y

night first 3
check "it says what to do" grep -q "No run is accepted yet" "$folder/log"
check "nothing but a run can be accepted" test "$("$nightly" accept "$runs" nothing 2>&1 || true)" = "nightly.sh: $runs/nothing is no run directory"
check "the last night is accepted" test "$("$nightly" accept "$runs")" = "accepted: first"

# Another run of the same sweep repeats its numbers bit for bit.
night second 0
check "equal numbers are no regression" grep -q "^no regression" "$runs/second/comparison.md"
check "the report has the table" grep -q "| w2a4 | nearest |" "$runs/second/report.md"
check "and one for a browser" grep -q "<!doctype html>" "$runs/second/report.html"
check "the report has the history" grep -q "fashion_mnist.*adaround.* 2 " "$runs/second/report.md"
check "the history has a line a night" test "$(wc -l <"$runs/history.jsonl")" -eq 2

# A night whose numbers are a point lower.
cp -r "$runs/second" "$runs/worse"
/usr/bin/python3 - "$runs/worse" <<'P' || { echo "skipped: Debian's h5py is not installed"; exit $((failures > 0 ? 1 : 77)); }
import glob, sys
try:
    import h5py
except ImportError:
    sys.exit(1)
for path in glob.glob(sys.argv[1] + "/cells/*.h5"):
    with h5py.File(path, "r+") as cell:
        cell.attrs.modify("metric", cell.attrs["metric"] - 1.0)
P
code=0
"$nightly" finish "$runs" worse >"$folder/log" 2>&1 || code=$?
check "a loss is a regression (exit code $code)" test "$code" -eq 1
check "it is named" grep -q "REGRESSION: fashion_mnist resnet20 w2a4 adaround: top1_accuracy" "$folder/log"
check "the report says so" grep -q "^\*\*Regression" "$runs/worse/report.md"
check "the tolerance is handed on" env PTQBENCH_COMPARE="--tolerance top1_accuracy=2" "$nightly" finish "$runs" worse
check "the history keeps one line a night" test "$(wc -l <"$runs/history.jsonl")" -eq 3
check "and what the comparison said" grep -q '"run":"worse".*"compare_exit":0' "$runs/history.jsonl"

check "a missing sweep is refused" test "$("$nightly" "$runs" no.yaml 2>&1 || true)" = "nightly.sh: there is no no.yaml"
[ "$failures" -eq 0 ] || { echo "$failures failed"; exit 1; }
