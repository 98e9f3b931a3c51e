#!/usr/bin/env bash
# A sweep as a Slurm job that goes on after its time limit.
# usage: sbatch [--nodes=4 --ntasks-per-node=8 --gpus-per-node=8 --cpus-per-task=12 --time=12:00:00] scripts/slurm/job.sh CONFIG [run options]
#
# Some minutes before the limit Slurm signals this script, which hands that on; the ranks save and leave with exit code
# 75, and the job is put back into the queue (at most PTQBENCH_REQUEUES times, default 100).
# PTQBENCH: the program [build/release/ptqbench]. PTQBENCH_LAUNCHER: see launch.sh. PTQBENCH_FINISH: "RUNS_DIR NIGHT" for
# scripts/nightly.sh to finish when the sweep is done.
#SBATCH --job-name=ptqbench
#SBATCH --signal=B:USR1@300
#SBATCH --requeue
#SBATCH --open-mode=append
set -euo pipefail
[ $# -gt 0 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
[ -n "${SLURM_JOB_ID:-}" ] || { echo "job.sh: not in a Slurm job; submit it with sbatch" >&2; exit 2; }
readonly kSavedAndLeft=75

# Slurm runs a copy of this file elsewhere.
here=${PTQBENCH_SOURCE:-$SLURM_SUBMIT_DIR}
program=${PTQBENCH:-$here/build/release/ptqbench}
launch=$here/scripts/slurm/launch.sh
for file in "$program" "$launch"; do
  [ -x "$file" ] || { echo "job.sh: there is no $file; submit from the source folder, or set PTQBENCH_SOURCE" >&2; exit 2; }
done

"$launch" "$program" run "$@" &
ranks=$!
trap 'kill -USR1 "$ranks" 2>/dev/null || true' USR1
trap 'kill -TERM "$ranks" 2>/dev/null || true' TERM
# A signal ends `wait` before the ranks have.
code=0
while true; do
  code=0
  wait "$ranks" || code=$?
  kill -0 "$ranks" 2>/dev/null || break
done
if [ -n "${PTQBENCH_FINISH:-}" ] && { [ "$code" -eq 0 ] || [ "$code" -eq 1 ]; }; then
  export PTQBENCH=$program
  exec "$here/scripts/nightly.sh" finish "${PTQBENCH_FINISH% *}" "${PTQBENCH_FINISH##* }"
fi
[ "$code" -eq "$kSavedAndLeft" ] || exit "$code"

restarts=${SLURM_RESTART_COUNT:-0}
if [ "$restarts" -ge "${PTQBENCH_REQUEUES:-100}" ]; then
  echo "job.sh: not finished after $restarts restarts; submit it again to go on" >&2
  exit "$code"
fi
echo "job.sh: saved; back into the queue (restart $((restarts + 1)))" >&2
scontrol requeue "$SLURM_JOB_ID"
# Slurm ends this script; the exit code counts where it does not.
sleep 60
exit "$code"
