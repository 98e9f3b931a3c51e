#!/usr/bin/env bash
# Runs a sweep anew, holds it against the last accepted run and keeps what came out:
#   scripts/nightly.sh RUNS_DIR [CONFIG] [run options ...]   a night [configs/nightly.yaml]; exits as `ptqbench compare`
#   scripts/nightly.sh accept RUNS_DIR [NIGHT]               what later nights are held against [the last night]
#   scripts/nightly.sh finish RUNS_DIR NIGHT                 the part of a night after the sweep, for a job that ran it
# Exit codes: 0 no regression, 1 regression, 2 bad input, 3 nothing to compare (no run is accepted yet); where the sweep
# itself was stopped or broke off, its own (75: start it again, it goes on).
#
# RUNS_DIR: a run directory a night, named after the day; history.jsonl; `accepted`, with the name of a night. Each night
# gets comparison.md, report.md and report.html (all cells). PTQBENCH: the program [build/release/ptqbench]. RANKS [cores].
# PTQBENCH_NIGHT: the night's name [the date]. PTQBENCH_COMPARE: options for `ptqbench compare`, such as "--tolerance 0.5".
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
program=${PTQBENCH:-$here/build/release/ptqbench}
usage() { sed -n '3,5s/^# *//p' "$0" >&2; exit 2; }
fail() { echo "nightly.sh: $1" >&2; exit 2; }

# Whole or not at all, for whoever reads it meanwhile.
write_name() {  # FILE NAME
  echo "$2" >"$1.tmp"
  mv "$1.tmp" "$1"
}

accept() {  # RUNS_DIR [NIGHT]
  local runs=$1 night=${2:-}
  if [ -z "$night" ]; then
    [ -f "$runs/last" ] || fail "no night has finished in $runs"
    night=$(cat "$runs/last")
  fi
  [ -f "$runs/$night/manifest.h5" ] || fail "$runs/$night is no run directory"
  write_name "$runs/accepted" "$night"
  echo "accepted: $night"
}

# Prints the comparison's Markdown; leaves with its exit code.
compare() {  # RUNS_DIR NIGHT
  local runs=$1 night=$2 accepted options
  if [ ! -f "$runs/accepted" ]; then
    echo "No run is accepted yet, so there is nothing to compare with: scripts/nightly.sh accept $runs"
    return 3
  fi
  accepted=$(cat "$runs/accepted")
  read -r -a options <<<"${PTQBENCH_COMPARE:-}"
  echo "A: $accepted, B: $night"
  echo
  "$program" compare "$runs/$accepted" "$runs/$night" --format markdown ${options[@]+"${options[@]}"}
}

report() {  # RUNS_DIR NIGHT CODE
  local runs=$1 night=$2
  echo "# Night $night"
  echo
  case $3 in
    0) echo "**No regression.**" ;;
    1) echo "**Regression.**" ;;
    *) echo "**Nothing was compared.**" ;;
  esac
  printf '\n## Compared with the accepted run\n\n'
  cat "$runs/$night/comparison.md"
  printf '\n## Tables\n\n'
  "$program" table "$runs/$night" --format markdown
  printf '\n## Steps in the history\n\n```\n'
  "$program" history "$runs/history.jsonl"
  printf '```\n'
}

finish() {  # RUNS_DIR NIGHT
  local runs=$1 night=$2 code=0
  [ -f "$runs/$night/manifest.h5" ] || fail "$runs/$night is no run directory"
  compare "$runs" "$night" >"$runs/$night/comparison.md" || code=$?
  case $code in 0 | 1 | 3) ;; *) exit "$code" ;; esac
  "$program" history add "$runs/history.jsonl" "$runs/$night" --compare-exit "$code"
  report "$runs" "$night" "$code" >"$runs/$night/report.md" 2>"$runs/$night/report.log"
  "$program" report "$runs/$night" --html "$runs/$night/report.html" 2>>"$runs/$night/report.log"
  write_name "$runs/last" "$night"
  grep -E '^(- )?REGRESSION|^no regression|^No run' "$runs/$night/comparison.md" || true
  echo "report: $runs/$night/report.md"
  exit "$code"
}

run() {  # RUNS_DIR [CONFIG] [run options ...]
  local runs=$1 config=${2:-$here/configs/nightly.yaml} night code=0
  shift $(($# < 2 ? $# : 2))
  [ -f "$config" ] || fail "there is no $config"
  night=${PTQBENCH_NIGHT:-$(date +%F)}
  mkdir -p "$runs"
  RANKS=${RANKS:-$(env -u OMP_NUM_THREADS nproc)} "$here/scripts/slurm/launch.sh" "$program" run "$config" --out "$runs/$night" "$@" || code=$?
  # 1: some cells failed; the comparison says whether they did before.
  case $code in 0 | 1) finish "$runs" "$night" ;; *) exit "$code" ;; esac
}

case ${1:-} in
  '' | -*) usage ;;
  accept) [ $# -ge 2 ] && [ $# -le 3 ] || usage; accept "${@:2}" ;;
  finish) [ $# -eq 3 ] || usage; finish "${@:2}" ;;
  *) run "$@" ;;
esac
