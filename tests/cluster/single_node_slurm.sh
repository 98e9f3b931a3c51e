#!/usr/bin/env bash
# A real Slurm of one node on this machine, as root: munge, slurmctld and slurmd with everything in one folder.
# usage: single_node_slurm.sh start|stop FOLDER; after start, SLURM_CONF is FOLDER/slurm.conf.
set -euo pipefail
action=$1
folder=$2

stop() {
  for daemon in slurmd slurmctld munged; do
    local pid
    pid=$(cat "$folder/$daemon.pid" 2>/dev/null || true)
    if [ -z "$pid" ]; then continue; fi
    kill "$pid" 2>/dev/null || true
    for _ in $(seq 100); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
  done
}

write_configuration() {
  local host
  host=$(hostname -s)
  cat >"$folder/slurm.conf" <<C
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$1
SlurmdPort=$2
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
SlurmUser=root
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/log/slurmctld
SlurmdLogFile=$folder/log/slurmd
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
MpiDefault=none
SlurmdParameters=config_overrides
NodeName=$host NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP OverSubscribe=FORCE:4
C
}

start() {
  mkdir -p "$folder"/{state,spool,log,munge}
  chmod 755 "$folder"
  dd if=/dev/urandom of="$folder/munge/munge.key" bs=1 count=1024 2>/dev/null
  chown -R munge:munge "$folder/munge"
  chmod 400 "$folder/munge/munge.key"
  chmod 755 "$folder/munge"
  runuser -u munge -- munged --key-file="$folder/munge/munge.key" --socket="$folder/munge/socket" \
    --pid-file="$folder/munge/munged.pid" --log-file="$folder/munge/log" --seed-file="$folder/munge/seed" --force
  ln -sf munge/munged.pid "$folder/munged.pid"
  # Ports by process id: two checkouts may test at once.
  local port=$((20000 + $$ % 20000 * 2))
  write_configuration "$port" $((port + 1))
  export SLURM_CONF=$folder/slurm.conf
  slurmctld
  slurmd
  for _ in $(seq 60); do
    if sinfo -h -o %T 2>/dev/null | grep -q idle; then return; fi
    sleep 0.5
  done
  echo "the node does not become idle" >&2
  sinfo >&2 || true
  return 1
}

case $action in
start | stop) "$action" ;;
*) echo "usage: $0 start|stop FOLDER" >&2; exit 2 ;;
esac
