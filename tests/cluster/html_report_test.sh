#!/usr/bin/env bash
# The HTML report in Chromium: sorted and filtered by its address. usage: html_report_test.sh PROGRAM
set -euo pipefail
program=$1
browser=$(command -v chromium) || { echo "skipped: chromium is not installed"; exit 77; }
source_folder=$(cd "$(dirname "$0")/../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/small.yaml" <<Y
name: small
task: image_classification
dataset: fashion_mnist
models: [{name: resnet20, checkpoint: $source_folder/configs/checkpoints/resnet20_fashion_mnist.safetensors}]
bits: [w4a4, w2a4]
methods: [nearest, adaround]
settings: {calibration_samples: 16, range_samples: 16, batch_size: 4, iterations: 3, step_iterations: 2}
evaluation: {samples: 100, batch_size: 50}
report: {held_out_samples: 0, flatness_samples: 0}
threads: 1
Y
"$program" run "$folder/small.yaml" --out "$folder/run" >"$folder/log" 2>&1 || { cat "$folder/log"; exit 1; }
"$program" report "$folder/run" --html "$folder/report.html"
dom() {  # FRAGMENT
  "$browser" --headless=new --no-sandbox --disable-gpu --user-data-dir="$folder/profile" --dump-dom \
    "file://$folder/report.html#$1" 2>/dev/null
}
bits() { grep -o 'data-fingerprint.*' | grep -o '<td class="">w[24]a4</td>' | grep -o 'w[24]a4' | tr '\n' ' '; }
failures=0
check() {  # WHAT GOT EXPECTED
  if [ "$2" = "$3" ]; then echo "ok: $1"; else echo "FAILED: $1: '$2', not '$3'"; failures=$((failures + 1)); fi
}
check "sorted" "$(dom 'sort=bits&filter=adaround' | bits)" "w2a4 w4a4 "
check "the other way" "$(dom 'sort=bits&order=down&filter=adaround' | bits)" "w4a4 w2a4 "
check "nothing found" "$(dom 'filter=nosuchword' | grep -c data-fingerprint= || true)" 0
exit $((failures > 0))
