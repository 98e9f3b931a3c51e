#!/usr/bin/env bash
# A sweep over two hosts, each a network namespace of this machine with a name and an address of its own.
# usage: hosts_test.sh PROGRAM; exit code 77: skipped.
set -euo pipefail
program=$1
source_folder=$(cd "$(dirname "$0")/../.." && pwd)
skip() { echo "skipped: $1"; exit 77; }
[ "$(id -u)" -eq 0 ] || skip "needs root to make network namespaces"
command -v ip >/dev/null || skip "ip is not installed (Debian: iproute2)"

# Of this process alone: several checkouts may test at once.
a=ptq$$a
b=ptq$$b
ip netns add "$a" 2>/dev/null || skip "no network namespaces here"
folder=$(mktemp -d)
cleanup() {
  ip netns del "$a" || true
  ip netns del "$b" || true
  rm -rf "$folder"
}
trap cleanup EXIT
ip netns add "$b"
ip -n "$a" link add to_b type veth peer name to_a netns "$b" 2>/dev/null || skip "no virtual network devices here"
ip -n "$a" addr add 10.77.0.1/24 dev to_b
ip -n "$b" addr add 10.77.0.2/24 dev to_a
for host in "$a" "$b"; do ip -n "$host" link set lo up; done
ip -n "$a" link set to_b up
ip -n "$b" link set to_a up
unshare --uts hostname any 2>/dev/null || skip "no host names of their own here"

# What mpirun starts in place of ssh: HOST COMMAND ...
cat >"$folder/agent" <<A
#!/bin/sh
shift
exec ip netns exec $b unshare --uts sh -c "hostname second; \$*"
A
chmod +x "$folder/agent"
export OMPI_MCA_plm_rsh_agent=$folder/agent PRTE_MCA_plm_ssh_agent=$folder/agent
export OMPI_MCA_oob_tcp_if_include=10.77.0.0/24 OMPI_MCA_btl_tcp_if_include=10.77.0.0/24 PRTE_MCA_prte_if_include=10.77.0.0/24
on_both() {
  ip netns exec "$a" unshare --uts sh -c 'hostname first; exec "$@"' sh \
    mpirun --allow-run-as-root --bind-to none --host 10.77.0.1:1,10.77.0.2:1 -np 2 "$@"
}

failures=0
check() {  # WHAT PATTERN FILE
  if grep -q -- "$2" "$3"; then echo "ok: $1"; return; fi
  echo "FAILED: $1"
  failures=$((failures + 1))
  cat "$3"
}

on_both "$program" doctor "$folder/run" >"$folder/doctor.log" 2>&1 || true
check "doctor sees the first host" '^0 *first ' "$folder/doctor.log"
check "doctor sees the second host" '^1 *second ' "$folder/doctor.log"
if grep -q "does not see" "$folder/doctor.log"; then echo "FAILED: the folder is shared"; failures=$((failures + 1)); fi

# A folder that each host has for itself.
mkdir "$folder/local"
on_both unshare --mount sh -c "mount -t tmpfs none $folder/local && exec $program doctor $folder/local" >"$folder/local.log" 2>&1 || true
check "doctor finds a folder that is not shared" "rank 1 on second does not see in $folder/local" "$folder/local.log"

cat >"$folder/small.yaml" <<Y
name: small
task: image_classification
dataset: fashion_mnist
models: [{name: resnet20, checkpoint: $source_folder/configs/checkpoints/resnet20_fashion_mnist.safetensors}]
bits: [w2a4]
methods: [nearest, adaround, brecq, qdrop]
settings: {calibration_samples: 16, range_samples: 16, batch_size: 4, iterations: 3, step_iterations: 2}
evaluation: {samples: 100, batch_size: 50}
threads: 1
Y
on_both "$program" run "$folder/small.yaml" --out "$folder/run" >"$folder/run.log" 2>&1 || true
check "the sweep finishes on both hosts" "4 of 4 cells finished" "$folder/run.log"
check "the first rank ran cells" "rank 0)" "$folder/run.log"
check "the second rank ran cells" "rank 1)" "$folder/run.log"
[ "$failures" -eq 0 ] || { echo "$failures failed"; exit 1; }
