#!/usr/bin/env bash
# scripts/slurm against a real Slurm of one node. usage: slurm_test.sh PROGRAM; exit code 77: skipped.
set -euo pipefail
program=$1
here=$(cd "$(dirname "$0")" && pwd)
source_folder=$(cd "$here/../.." && pwd)
skip() { echo "skipped: $1"; exit 77; }
for tool in munged slurmctld slurmd sbatch runuser; do
  command -v "$tool" >/dev/null || skip "$tool is not installed (Debian: slurm-wlm, munge)"
done
[ "$(id -u)" -eq 0 ] || skip "needs root to start Slurm's daemons"

folder=$(mktemp -d)
cleanup() { "$here/single_node_slurm.sh" stop "$folder/slurm"; rm -rf "$folder"; }
trap cleanup EXIT
chmod 755 "$folder"
"$here/single_node_slurm.sh" start "$folder/slurm"
export SLURM_CONF=$folder/slurm/slurm.conf PTQBENCH_SOURCE=$source_folder PTQBENCH=$program
failures=0
check() {  # WHAT COMMAND ...
  local what=$1
  shift
  if "$@"; then echo "ok: $what"; return; fi
  echo "FAILED: $what"
  failures=$((failures + 1))
  tail -n 20 "$folder"/*.log
}
soon() {  # COMMAND ...: within ten seconds; what a job printed may come after its end
  for _ in $(seq 40); do
    if "$@"; then return; fi
    sleep 0.25
  done
  return 1
}
node_is_idle() { [ "$(sinfo -h -o %T)" = idle ] && [ -z "$(squeue -h -t CG)" ] && ! pgrep -x slurmstepd >/dev/null; }
submit() { sbatch --parsable --output="$folder/$1.log" "${@:2}"; }
wait_for() {  # JOB STATE: within a minute and a half
  for _ in $(seq 180); do
    if scontrol show job "$1" | grep -q "JobState=$2"; then return; fi
    sleep 0.5
  done
  scontrol show job "$1"
  return 1
}

cat >"$folder/small.yaml" <<Y
name: small
task: image_classification
dataset: fashion_mnist
models: [{name: resnet20, checkpoint: $source_folder/configs/checkpoints/resnet20_fashion_mnist.safetensors}]
bits: [w2a4]
methods: [nearest, adaround]
settings: {calibration_samples: 16, range_samples: 16, batch_size: 4, iterations: 3, step_iterations: 2}
evaluation: {samples: 100, batch_size: 50}
threads: 1
Y

# Both launchers run the sweep on two ranks.
for launcher in srun mpirun; do
  export PTQBENCH_LAUNCHER=$launcher
  job=$(submit "$launcher" --ntasks=2 "$source_folder/scripts/slurm/job.sh" "$folder/small.yaml" --out "$folder/run-$launcher")
  check "$launcher: the job completes" wait_for "$job" COMPLETED
  check "$launcher: two ranks" soon grep -q "2 rank(s)" "$folder/$launcher.log"
  check "$launcher: all cells" soon grep -q "2 of 2 cells finished" "$folder/$launcher.log"
done

# A program that saves and leaves when it is told that the time limit is near, and is done at its second start.
cat >"$folder/stub" <<'S'
#!/usr/bin/env bash
folder=$(dirname "$0")
if [ -e "$folder/saved" ]; then echo "went on"; exit 0; fi
trap 'touch "$folder/saved"; exit 75' USR1
touch "$folder/started"
for _ in $(seq 300); do sleep 0.2; done
exit 1
S
chmod +x "$folder/stub"
for launcher in srun mpirun; do
  rm -f "$folder/saved" "$folder/started"
  job=$(PTQBENCH=$folder/stub PTQBENCH_LAUNCHER=$launcher submit "requeue-$launcher" --ntasks=1 "$source_folder/scripts/slurm/job.sh" any.yaml)
  for _ in $(seq 120); do
    if [ -e "$folder/started" ]; then break; fi
    sleep 0.25
  done
  # As Slurm does before the time limit, to the script alone.
  scancel --batch --signal=USR1 "$job"
  check "$launcher: a job that saved goes back into the queue" wait_for "$job" PENDING
  # Slurm waits two minutes before it starts such a job, so that its first run is cleared away; so much is not needed here.
  soon node_is_idle
  sleep 3
  scontrol update JobId="$job" StartTime=now
  check "$launcher: and goes on" wait_for "$job" COMPLETED
  check "$launcher: as a restart" soon grep -q "went on" "$folder/requeue-$launcher.log"
  check "$launcher: once" grep -q "Restarts=1" <(scontrol show job "$job")
done

# Another exit code is not a reason to try again.
printf '#!/bin/sh\nexit 2\n' >"$folder/stub"
job=$(PTQBENCH=$folder/stub submit bad --ntasks=1 "$source_folder/scripts/slurm/job.sh" any.yaml)
check "bad input: the job fails" wait_for "$job" FAILED
check "bad input: with the program's exit code" grep -q "ExitCode=2:0" <(scontrol show job "$job")

# The number of restarts is bounded.
printf '#!/bin/sh\nexit 75\n' >"$folder/stub"
job=$(PTQBENCH=$folder/stub PTQBENCH_REQUEUES=0 submit bounded --ntasks=1 "$source_folder/scripts/slurm/job.sh" any.yaml)
check "bounded: the job fails" wait_for "$job" FAILED
check "bounded: and says so" soon grep -q "not finished after 0 restarts" "$folder/bounded.log"

# The nightly entry: the sweep, then the comparison with the accepted night.
today=$folder/nightly/small/$(date +%F)
printf '#!/bin/sh\necho "$@"\n' >"$folder/stub"
mkdir -p "$today" "$folder/nightly/small/earlier"
touch "$today/manifest.h5"
echo earlier >"$folder/nightly/small/accepted"
job=$(cd / && PTQBENCH=$folder/stub PTQBENCH_NIGHTLY=$folder/nightly "$source_folder/scripts/slurm/nightly.sh" "$folder/small.yaml" --ntasks=1 | grep -o '[0-9]*$')
check "nightly: the job completes" wait_for "$job" COMPLETED
check "nightly: in a folder of the day" soon grep -q -- "--out $today" "$today/job.log"
check "nightly: held against the accepted night" soon grep -q "^compare $folder/nightly/small/earlier $today" "$today/comparison.md"
check "nightly: a missing sweep is refused" test "$("$source_folder/scripts/slurm/nightly.sh" no.yaml 2>&1 || true)" = "nightly.sh: there is no no.yaml"
check "job.sh: outside of a job is refused" test "$("$source_folder/scripts/slurm/job.sh" x 2>&1 || true)" = "job.sh: not in a Slurm job; submit it with sbatch"

[ "$failures" -eq 0 ] || { echo "$failures failed"; exit 1; }
