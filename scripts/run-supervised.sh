#!/usr/bin/env bash
# Starts a job again when it has crashed, a bounded number of times:
#   scripts/run-supervised.sh [--restarts N] [--wait SECONDS] [--after-stop] COMMAND ...
# such as: scripts/run-supervised.sh scripts/mpirun.sh 8 build/release/ptqbench run configs/fashion_mnist.yaml
# Not after exit code 0 (done), 1 (cells failed, the rest is done), 2 (bad input); after 75 (asked to stop) only with
# --after-stop. SIGTERM and SIGUSR1 are handed on, as SIGUSR1, and end the restarts. Leaves with the last exit code.
set -uo pipefail

restarts=5
pause=5
after_stop=false
usage() {
  echo "usage: $0 [--restarts N] [--wait SECONDS] [--after-stop] COMMAND ..." >&2
  exit 2
}
number() {
  [[ ${1:-} =~ ^[0-9]+$ ]] || usage
  echo "$1"
}
while [[ ${1:-} == --* ]]; do
  case $1 in
    --restarts) restarts=$(number "${2:-}") || exit 2; shift 2 ;;
    --wait) pause=$(number "${2:-}") || exit 2; shift 2 ;;
    --after-stop) after_stop=true; shift ;;
    *) usage ;;
  esac
done
[ $# -gt 0 ] || usage

asked=false
job=
hand_on() {
  asked=true
  # mpirun forwards SIGUSR1 and waits; at SIGTERM it would kill its ranks after a second.
  [ -z "$job" ] || kill -USR1 "$job" 2>/dev/null
}
trap hand_on TERM USR1

# The exit code of the job, however often a signal interrupts the wait for it.
wait_for_job() {
  local code
  while true; do
    wait "$job"
    code=$?
    kill -0 "$job" 2>/dev/null || return "$code"
  done
}

for ((restart = 0; ; ++restart)); do
  "$@" &
  job=$!
  # A signal may have come before the job had its number.
  ! $asked || hand_on
  wait_for_job
  code=$?
  job=
  case $code in
    0 | 1 | 2) exit "$code" ;;
    75) $after_stop || exit "$code" ;;
  esac
  ! $asked || exit "$code"
  if ((restart == restarts)); then
    echo "$0: exit code $code; given up after $restarts restart(s)" >&2
    exit "$code"
  fi
  echo "$0: exit code $code; restart $((restart + 1)) of $restarts in $pause s" >&2
  sleep "$pause" &
  wait $!
  ! $asked || exit "$code"
done
