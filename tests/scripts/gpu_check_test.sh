#!/usr/bin/env bash
# scripts/gpu_check.sh from end to end on the CPU, and what it says where something is wrong.
# usage: gpu_check_test.sh BUILD_FOLDER
set -euo pipefail
check_script=$(cd "$(dirname "$0")/../.." && pwd)/scripts/gpu_check.sh
build=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failures=0
expect() {  # WHAT COMMAND ...
  local what=$1
  shift
  if "$@"; then echo "ok: $what"; return; fi
  echo "FAILED: $what"
  failures=$((failures + 1))
}
exit_code() {  # LOG ARGUMENT ...
  local log=$1 code=0
  shift
  "$check_script" --build "$build" "$@" >"$log" 2>&1 || code=$?
  echo "$code"
}
# A Python expression over the checks of a check.json, as a list of dictionaries.
holds() {  # FILE EXPRESSION
  /usr/bin/python3 -c 'import json, sys; checks = json.load(open(sys.argv[1]))["checks"]; sys.exit(not eval(sys.argv[2]))' "$1" "$2"
}

code=$(exit_code "$folder/all.txt" --device cpu --seconds 800 --out "$folder/all")
json=$folder/all/check.json
[ "$code" = 0 ] || cat "$folder/all.txt"
expect "all is right on the CPU" test "$code" = 0
expect "nothing was left out for want of time" holds "$json" 'all(c["verdict"] in ("ok", "measured", "absent") for c in checks)'
expect "each cell is compared with the CPU's" holds "$json" \
  '{c["check"].split()[0] for c in checks if "difference" in c["note"] and c["verdict"] == "ok"} == {"quickstart", "bert", "detector"}'
expect "two runs have the same bits" holds "$json" '[c["verdict"] for c in checks if c["check"] == "the same bits twice"] == ["ok"]'
expect "the ResNet-18 cell has its stages" holds "$json" \
  '{"load", "streams", "reconstruction", "evaluate"} <= {c["check"].rpartition(" ")[2] for c in checks if c["check"].startswith("ResNet-18 cell: ")}'
if [ -x "$build/tests/benchmarks/units_benchmark" ]; then
  expect "units are timed" holds "$json" \
    '{"iteration layer3.2", "convolutions layer3.2", "iteration resnet18.layer4.1"} <= {c["check"] for c in checks if float(c["value"] or 0) > 0}'
fi
expect "the table has a line for each check" test "$(grep -cE '^(ok|measured|absent) ' "$folder/all.txt")" = \
  "$(/usr/bin/python3 -c 'import json, sys; print(len(json.load(open(sys.argv[1]))["checks"]))' "$json")"

if ! "$build/ptqbench" doctor | grep -q '^0 .*cuda'; then
  code=$(exit_code "$folder/cuda.txt" --device cuda --seconds 1 --out "$folder/cuda")
  expect "a device that is not there is an error" test "$code" = 1
  expect "which the doctor names" holds "$folder/cuda/check.json" 'checks[0]["verdict"] == "FAILED" and "no cuda device" in checks[0]["note"]'
  expect "what time did not allow is said" holds "$folder/cuda/check.json" 'any(c["verdict"] == "skipped" for c in checks)'
fi
expect "a folder that is there is not written into" test "$(exit_code "$folder/again.txt" --device cpu --out "$folder/all")" = 2
expect "an unknown device is bad input" test "$(exit_code "$folder/device.txt" --device tpu --out "$folder/tpu")" = 2
[ "$failures" -eq 0 ] || { echo "$failures failed"; exit 1; }
