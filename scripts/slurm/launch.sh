#!/usr/bin/env bash
# Starts a command on every task of a Slurm allocation, or, outside of one, on RANKS ranks of this machine (default 1).
# usage: scripts/slurm/launch.sh COMMAND ...
# PTQBENCH_LAUNCHER: srun or mpirun; default: srun where Slurm has PMIx, else mpirun.
set -euo pipefail
[ $# -gt 0 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }

has_pmix() { command -v srun >/dev/null && srun --mpi=list 2>&1 | grep -q pmix; }

launcher=${PTQBENCH_LAUNCHER:-}
if [ -z "$launcher" ]; then
  launcher=mpirun
  if [ -n "${SLURM_JOB_ID:-}" ] && has_pmix; then launcher=srun; fi
fi

case $launcher in
srun)
  # One rank that ends badly ends all of them: the others would wait for it. srun no longer hands the batch job's
  # --cpus-per-task to its steps.
  exec srun --mpi=pmix --kill-on-bad-exit=1 ${SLURM_CPUS_PER_TASK:+--cpus-per-task="$SLURM_CPUS_PER_TASK"} "$@"
  ;;
mpirun)
  options=()
  [ "$(id -u)" -ne 0 ] || options+=(--allow-run-as-root)
  if [ "${SLURM_CPUS_PER_TASK:-1}" -gt 1 ]; then
    options+=(--map-by "slot:PE=$SLURM_CPUS_PER_TASK" --bind-to core)
  else
    options+=(--bind-to none)
  fi
  ranks=${SLURM_NTASKS:-${RANKS:-1}}
  [ -n "${SLURM_JOB_ID:-}" ] || options+=(--oversubscribe)
  exec mpirun "${options[@]}" -np "$ranks" "$@"
  ;;
*)
  echo "launch.sh: PTQBENCH_LAUNCHER is '$launcher', expected srun or mpirun" >&2
  exit 2
  ;;
esac
