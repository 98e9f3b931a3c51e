#!/usr/bin/env bash
# scripts/nightly.sh as a Slurm job, for a line of cron or scrontab; the job's exit code is that of the comparison:
#   0 22 * * * cd /path/to/ptqbench && scripts/slurm/nightly.sh configs/nightly.yaml --ntasks=8
# usage: scripts/slurm/nightly.sh CONFIG [sbatch options]
# PTQBENCH_NIGHTLY: the folder of the sweeps' nights [runs/nightly].
set -euo pipefail
[ $# -gt 0 ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
cd "$(dirname "$0")/../.."
config=$1
shift
[ -f "$config" ] || { echo "nightly.sh: there is no $config" >&2; exit 2; }
name=$(basename "${config%.yaml}")
runs=${PTQBENCH_NIGHTLY:-runs/nightly}/$name
night=$(date +%F)
mkdir -p "$runs/$night"
# A night that takes longer than a day does not run beside the next.
export PTQBENCH_FINISH="$runs $night"
exec sbatch --job-name="nightly-$name" --dependency=singleton --output="$runs/$night/job.log" "$@" scripts/slurm/job.sh "$config" --out "$runs/$night"
