#!/usr/bin/env bash
# Whether an installation computes right on its device, and how fast: in a bundle, or in a source folder with a build.
#   scripts/gpu_check.sh [--device cuda|cpu] [--seconds N] [--build FOLDER] [--out FOLDER]
# --device cpu: the same with small sizes, to try the check itself. --seconds: all of it takes at most so long [300]; what does
# not fit in is left out and said. --build: [build/cuda, for the CPU build/release]; a bundle needs none. --out: a new folder
# for check.json, the runs and what the programs said [gpu-check]. No network is used.
# Exit code 0: all that was checked is right. 1: something is not. 2: bad input.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
device=cuda seconds=300 build='' out=gpu-check
usage() { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
fail() { echo "gpu_check.sh: $1" >&2; exit 2; }
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || usage
  case $1 in
    --device) device=$2 ;;
    --seconds) seconds=$2 ;;
    --build) build=$2 ;;
    --out) out=$2 ;;
    *) usage ;;
  esac
  shift 2
done
[[ $device == cuda || $device == cpu ]] || fail "device is '$device': expected cuda or cpu"
[[ $seconds =~ ^[1-9][0-9]*$ ]] || fail "seconds is '$seconds': expected a whole number above 0"
[ ! -e "$out" ] || fail "$out is there: name a new folder with --out"

if [ -z "$build" ]; then [ "$device" = cuda ] && build=$here/build/cuda || build=$here/build/release; fi
bundled=false
[ ! -x "$here/bin/ptqbench" ] || bundled=true
# Where a program lies in a build folder, or in a bundle.
program_path() {  # NAME FOLDER-OF-THE-BUILD
  if $bundled; then echo "$here/bin/$1"; else echo "$build${2:+/$2}/$1"; fi
}
ptqbench=$(program_path ptqbench "")
[ -x "$ptqbench" ] || fail "there is no $ptqbench: build it, or name the folder with --build"
mkdir -p "$out"
out=$(cd "$out" && pwd)
lines=$out/lines
: >"$lines"
failures=0

# --- What is found out: a row of the table and an object of check.json each, at once.

quoted() { printf '"%s"' "$(printf %s "$1" | tr -d '\000-\037' | sed 's/[\\"]/\\&/g')"; }

record() {  # VERDICT CHECK VALUE UNIT [NOTE]; VERDICT: ok, FAILED, measured, absent, skipped
  local separator=,
  [ "$1" != FAILED ] || failures=$((failures + 1))
  printf '%-9s %-52s %10s %-4s %s\n' "$1" "$2" "$3" "$4" "${5:-}"
  [ -s "$lines" ] || separator=
  printf '%s{"check": %s, "verdict": %s, "value": %s, "unit": %s, "note": %s}\n' "${separator:+$separator }" \
    "$(quoted "$2")" "$(quoted "$1")" "$(quoted "$3")" "$(quoted "$4")" "$(quoted "${5:-}")" >>"$lines"
  {
    printf '{"host": %s, "device": %s, "program": %s, "started": %s, "checks": [\n' "$(quoted "$(uname -n)")" \
      "$(quoted "$device")" "$(quoted "$version")" "$(quoted "$started")"
    cat "$lines"
    echo ']}'
  } >"$out/check.json.tmp"
  mv "$out/check.json.tmp" "$out/check.json"
}

started=$(date -u +%FT%TZ)
version=$("$ptqbench" --version) || fail "$ptqbench does not start: $version"
remaining() { echo $((seconds - SECONDS)); }

# Whether there is time for CHECK, which takes about so many seconds; says so if not.
time_for() {  # CHECK SECONDS
  [ "$(remaining)" -lt "$2" ] || return 0
  record skipped "$1" "" "" "$(remaining) s are left of $seconds"
  return 1
}

# COMMAND within the time that is left, what it says in a file.
within_time() {  # FILE COMMAND ...
  local log=$1 left
  shift
  left=$(remaining)
  timeout --kill-after=5 "$((left > 1 ? left : 1))" "$@" >"$log" 2>&1
}

reason() { grep -v '^$' "$1" | tail -n 1; }  # FILE

# --- Sizes.

tolerance=1.0  # points; sums in another order move learned roundings: 0.4 were seen on one card
sweep_sizes=() quickstart_cells=model=resnet20 unit_filter='/(resnet18\.(conv1|layer)|conv1|layer)' unit_seconds=0.2
pictures=256 evaluated=64 picture_sizes='resize: 256, crop: 224'
iterations=500 cell_sizes='calibration_samples: 256, range_samples: 64'
if [ "$device" = cpu ]; then
  sweep_sizes=(--set 'settings={calibration_samples: 16, range_samples: 8, batch_size: 4, iterations: 2, step_iterations: 2,
      weight_range: min_max, activation_range: min_max}'
    --set 'evaluation={samples: 16, batch_size: 16}' --set 'report={held_out_samples: 0, flatness_samples: 0}')
  quickstart_cells='bits=w2a4,method=nearest|qdrop'
  unit_filter='^(iteration|convolutions)/(layer3\.2|resnet18\.layer4\.1)' unit_seconds=0.01
  pictures=16 evaluated=8 picture_sizes='resize: 40, crop: 32'
  iterations=2 cell_sizes='calibration_samples: 16, range_samples: 8, batch_size: 4, weight_range: min_max, activation_range: min_max'
fi

# --- Checks.

check_doctor() {
  local code=0
  # Without it the rest says little, so it does not depend on the time that is left.
  timeout 60 "$ptqbench" doctor >"$out/doctor.txt" 2>&1 || code=$?
  sed -n '2s/^0 *[^ ]* *//p' "$out/doctor.txt" >"$out/doctor.device"
  if [ "$code" -ne 0 ]; then
    record FAILED doctor "" "" "$(reason "$out/doctor.txt")"
  elif ! grep -q "^$device" "$out/doctor.device"; then
    record FAILED doctor "" "" "no $device device: $(cat "$out/doctor.device")"
  else
    record ok doctor "" "" "$(tr -s ' ' <"$out/doctor.device")"
  fi
}

# The kernels and the golden traces, each on the device.
check_kernels() {
  local name=methods_cuda_test folder=tests/methods/kernels/cuda filter='*' test code=0
  if [ "$device" = cpu ]; then name=methods_test folder=tests/methods filter='*Golden*:*Quant*'; fi
  test=$(program_path "$name" "$folder")
  if [ ! -x "$test" ]; then
    record absent "$name" "" "" "there is no $test"
    return
  fi
  time_for "$name" 5 || return 0
  within_time "$out/$name.txt" "$test" --gtest_filter="$filter" || code=$?
  if [ "$code" -eq 0 ]; then
    record ok "$name" "$(sed -n 's/^\[  PASSED  \] \([0-9]*\) tests\{0,1\}\..*/\1/p' "$out/$name.txt")" "" "tests passed"
  else
    record FAILED "$name" "" "" "exit code $code, $(grep -c '^\[  FAILED  \].*ms)' "$out/$name.txt") tests failed: $out/$name.txt"
  fi
}

run_sweep() {  # DEVICE RUN CONFIG FILTER OPTION ...
  local where=$1 run=$2 config=$3 filter=$4
  shift 4
  within_time "$run.txt" "$ptqbench" run "$here/configs/$config" --set "device=$where" --filter "$filter" --out "$run" "$@"
}

# The sweeps that are run on both: NAME CONFIG FILTER
sweeps() {
  echo "quickstart quickstart.yaml $quickstart_cells"
  echo "bert wordnet.yaml dataset=wordnet_gloss,bits=e8w4a4,method=qdrop,seed=1"
  echo "detector scenes.yaml model=retinanet_resnet18_narrow,bits=w4a4,method=qdrop,seed=1"
}

# A failed sweep shows where it is compared.
sweeps_on_device() {
  local name config filter
  mkdir "$out/on-device"
  while read -r name config filter; do
    run_sweep "$device" "$out/on-device/$name" "$config" "$filter" ${sweep_sizes[@]+"${sweep_sizes[@]}"} || true
  done < <(sweeps)
}

# Side by side, a core each.
sweeps_for_reference() {
  local name config filter
  mkdir "$out/on-cpu"
  while read -r name config filter; do
    run_sweep cpu "$out/on-cpu/$name" "$config" "$filter" ${sweep_sizes[@]+"${sweep_sizes[@]}"} &
  done < <(sweeps)
  wait
}

# "model-bits-method METRIC" of every finished cell.
metrics() {  # RUN
  "$ptqbench" export "$1" --format csv 2>/dev/null | awk -F, '
    NR == 1 { for (i = 1; i <= NF; ++i) column[$i] = i; next }
    $column["status"] == "finished" { print $column["model"] "-" $column["bits"] "-" $column["method"], $column["metric"] }'
}

compare_cells() {  # NAME
  local cell value reference difference verdict
  metrics "$out/on-cpu/$1" >"$out/on-cpu/$1.metrics"
  metrics "$out/on-device/$1" >"$out/on-device/$1.metrics"
  if [ ! -s "$out/on-cpu/$1.metrics" ]; then
    record FAILED "$1" "" "" "nothing finished on the CPU: $(reason "$out/on-cpu/$1.txt")"
  fi
  while read -r cell reference; do
    value=$(sed -n "s/^$cell //p" "$out/on-device/$1.metrics")
    if [ -z "$value" ]; then
      record FAILED "$1 ${cell//-/ }" "" "" "did not finish on $device: $(reason "$out/on-device/$1.txt")"
      continue
    fi
    difference=$(awk -v a="$value" -v b="$reference" 'BEGIN { printf "%.2f", a - b }')
    verdict=$(awk -v d="$difference" -v most="$tolerance" 'BEGIN { print (d <= most && -d <= most) ? "ok" : "FAILED" }')
    record "$verdict" "$1 ${cell//-/ }" "$(printf %.2f "$value")" % "CPU $(printf %.2f "$reference"), difference $difference of at most $tolerance"
  done <"$out/on-cpu/$1.metrics"
}

check_sweeps() {
  local name before=$SECONDS
  time_for "sweeps on $device" 10 || return 0
  sweeps_on_device
  record measured "sweeps on $device" $((SECONDS - before)) s
  wait "$reference"
  for name in quickstart bert detector; do compare_cells "$name"; done
}

# Two runs on the device leave the same bits.
check_same_bits() {
  local run
  time_for "the same bits twice" 10 || return 0
  for run in first second; do
    run_sweep "$device" "$out/same-$run" quickstart.yaml bits=w2a4,method=qdrop --save-models ${sweep_sizes[@]+"${sweep_sizes[@]}"} || true
  done
  if ! compgen -G "$out/same-first/models/*.safetensors" >/dev/null; then
    record FAILED "the same bits twice" "" "" "nothing to compare: $(reason "$out/same-first.txt")"
  elif diff -r "$out/same-first/models" "$out/same-second/models" >/dev/null; then
    record ok "the same bits twice" "" "" "quantized models of quickstart resnet20 w2a4 qdrop"
  else
    record FAILED "the same bits twice" "" "" "the quantized models of two runs differ"
  fi
}

check_units() {
  local benchmark name milliseconds sums='' code=0
  benchmark=$(program_path units_benchmark tests/benchmarks)
  if [ ! -x "$benchmark" ]; then
    record absent units_benchmark "" "" "there is no $benchmark"
    return
  fi
  time_for "units of ResNet-18 and ResNet-20" 5 || return 0
  # Rows come as they are measured. The pipe's reader keeps the sums, so it is the shell that goes on.
  while IFS=, read -r name _ milliseconds _; do
    name=${name%/real_time\"} name=${name#\"}
    [[ $name == */* ]] || continue
    record measured "${name/\// }" "$(printf %.3f "$milliseconds")" ms
    [[ $name != */resnet18.* ]] || sums+="${name%%/*} $milliseconds"$'\n'
  done < <(timeout "$(remaining)" "$benchmark" --device="$device" --benchmark_filter="$unit_filter" --benchmark_min_time="$unit_seconds" \
    --benchmark_format=csv 2>"$out/units_benchmark.txt" || echo "failed with exit code $?" >>"$out/units_benchmark.txt")
  if [ -z "$sums" ] || grep -q '^failed' "$out/units_benchmark.txt"; then
    record FAILED units_benchmark "" "" "$(reason "$out/units_benchmark.txt")"
    return
  fi
  while read -r name milliseconds count; do
    record measured "$name, sum of $count units of ResNet-18" "$milliseconds" ms
  done < <(printf %s "$sums" | awk '{ sum[$1] += $2; ++n[$1] } END { for (k in sum) printf "%s %.3f %d\n", k, sum[k], n[k] }' | sort)
}

# Pictures in class folders, and weights for them: made here, since there is no network.
make_pictures() {  # FOLDER
  local split class
  "$ptqbench" scenes "$1/scenes" --count "$pictures" --split train >/dev/null
  "$ptqbench" scenes "$1/scenes" --count "$evaluated" --split test >/dev/null
  for split in train test; do
    for class in even odd; do mkdir -p "$1/$split/$class"; done
    mv "$1/scenes/$split"/*[02468].png "$1/$split/even/"
    mv "$1/scenes/$split"/*[13579].png "$1/$split/odd/"
  done
  cat >"$1/train.yaml" <<Y
name: resnet18
task: image_classification
dataset: {name: image_folder, root: $1, $picture_sizes}
model: resnet18
output: $1/resnet18.safetensors
epochs: 1
batch_size: 8
learning_rate: 0.01
threads: 0
Y
  "$ptqbench" train "$1/train.yaml"
}

# The stages of one cell, and what the published number of iterations would take.
check_cell() {
  local folder=$out/pictures run=$out/resnet18 code=0 stage value
  time_for "ResNet-18 cell" 10 || return 0
  mkdir "$folder"
  if ! make_pictures "$folder" >"$out/pictures.txt" 2>&1; then
    record FAILED "ResNet-18 cell" "" "" "no pictures or weights: $(reason "$out/pictures.txt")"
    return
  fi
  cat >"$folder/sweep.yaml" <<Y
name: resnet18
task: image_classification
dataset: {name: image_folder, root: $folder, $picture_sizes}
models: [{name: resnet18, checkpoint: $folder/resnet18.safetensors}]
bits: [w2a4]
methods: [qdrop]
settings: {iterations: $iterations, $cell_sizes}
evaluation: {samples: $evaluated, batch_size: 8}
report: {held_out_samples: 0, flatness_samples: 0}
device: $device
Y
  within_time "$run.txt" "$ptqbench" run "$folder/sweep.yaml" --out "$run" || code=$?
  if [ "$code" -ne 0 ]; then
    record FAILED "ResNet-18 cell" "" "" "exit code $code: $(reason "$run.txt")"
    return
  fi
  stages "$run" >"$run.stages"
  while read -r stage value; do record measured "ResNet-18 cell: $stage" "$value" s; done <"$run.stages"
  value=$(awk -v n="$iterations" '$1 == "reconstruction" { print $2 * 20000 / n }' "$run.stages")
  record measured "ResNet-18 cell: reconstruction, 20,000 iterations" "$(printf %.1f "$value")" s "computed from $iterations"
}

stages() {  # RUN
  "$ptqbench" export "$1" --format csv 2>/dev/null | awk -F, '
    NR == 1 { for (i = 1; i <= NF; ++i) name[i] = $i; next }
    { for (i = 1; i <= NF; ++i) if (name[i] ~ /^seconds_/ && $i != "") printf "%s %.3f\n", substr(name[i], 9), $i }'
}

check_doctor
# The CPU's side of the comparison goes on beside the device's; what is timed comes after both.
sweeps_for_reference &
reference=$!
trap 'kill "$reference" 2>/dev/null || true' EXIT
check_kernels
check_sweeps
trap - EXIT
check_same_bits
check_units
check_cell
rm -f "$lines" "$out/doctor.device"
echo
echo "$out/check.json: $failures FAILED, $SECONDS s of at most $seconds"
[ "$failures" -eq 0 ]
