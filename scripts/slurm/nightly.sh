#!/usr/bin/env bash
# Submits a sweep that is run anew every night into a folder of that day, for a line of cron or scrontab:
#   0 22 * * * cd /path/to/ptqbench && scripts/slurm/nightly.sh configs/fashion_mnist.yaml --ntasks=8
# usage: scripts/slurm/nightly.sh CONFIG [sbatch options]
# PTQBENCH_NIGHTLY: the folder of the days' run directories [runs/nightly].
set -euo pipefail
[ $# -gt 0 ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
cd "$(dirname "$0")/../.."
config=$1
shift
[ -f "$config" ] || { echo "nightly.sh: there is no $config" >&2; exit 2; }
name=$(basename "${config%.yaml}")
out=${PTQBENCH_NIGHTLY:-runs/nightly}/$name/$(date +%F)
mkdir -p "$out"
# A night that takes longer than a day does not run beside the next.
exec sbatch --job-name="nightly-$name" --dependency=singleton --output="$out/job.log" "$@" scripts/slurm/job.sh "$config" --out "$out"
