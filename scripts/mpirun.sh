#!/usr/bin/env bash
# mpirun as the scripts here use it: as many ranks as asked for even with fewer cores, and also as root (in containers).
# usage: scripts/mpirun.sh RANKS COMMAND ...
set -euo pipefail
ranks=$1
shift
root=()
[ "$(id -u)" -ne 0 ] || root=(--allow-run-as-root)
exec mpirun "${root[@]}" --oversubscribe -np "$ranks" "$@"
