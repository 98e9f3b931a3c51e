#!/bin/sh
# Starts the program of this name in libexec/ with what the bundle brings: its Open MPI, its data, and LibTorch where that
# is not packed (PTQBENCH_TORCH: its folder or a Python that has it; else the python3 on the path).
set -eu
self=$(readlink -f "$0")
name=$(basename "$self")
root=$(dirname "$(dirname "$self")")

# Open MPI, PMIx and hwloc were configured for other folders.
export OPAL_PREFIX="$root" OPAL_BINDIR="$root/bin" OPAL_LIBDIR="$root/lib" OPAL_PKGLIBDIR="$root/lib/openmpi"
export OPAL_DATADIR="$root/share" OPAL_PKGDATADIR="$root/share/openmpi" OPAL_SYSCONFDIR="$root/etc/openmpi"
export PMIX_PREFIX="$root" PMIX_LIBDIR="$root/lib" PMIX_PKGLIBDIR="$root/lib/pmix" PMIX_PKGDATADIR="$root/share/pmix"
export PMIX_SYSCONFDIR="$root/etc/pmix" HWLOC_PLUGINS_PATH="$root/lib/hwloc"
# Open MPI will not start even local ranks where nothing is there to reach other hosts with; false says so when it is tried.
if ! command -v ssh >/dev/null && ! command -v rsh >/dev/null; then
  export OMPI_MCA_plm_rsh_agent="${OMPI_MCA_plm_rsh_agent:-false}"
fi
export PTQBENCH_DATA="${PTQBENCH_DATA:-$root/data}" PTQBENCH_GOLDEN="${PTQBENCH_GOLDEN:-$root/tests/golden}"

# Folders of LibTorch and of the packages beside it, which bring what it needs.
libtorch_folders() {  # LIBTORCH
  printf %s "$1/lib"
  for folder in "$1"/../nvidia/*/lib; do [ ! -d "$folder" ] || printf %s ":$folder"; done
}

needs_libtorch() { [ -f "$root/libexec/libtorch-version" ] && ! grep -qx "$name" "$root/libexec/without-libtorch"; }

if needs_libtorch; then
  PTQBENCH_TORCH=$("$root/scripts/find-libtorch.sh")
  expected=$(cat "$root/libexec/libtorch-version")
  found=$("$root/scripts/libtorch-version.sh" "$PTQBENCH_TORCH")
  if [ "${found%.*}" != "${expected%.*}" ]; then
    echo "$0: built with LibTorch $expected, which $found in $PTQBENCH_TORCH cannot stand in for; name another with PTQBENCH_TORCH" >&2
    exit 2
  fi
  # Handed on, so that the ranks need not look again.
  export PTQBENCH_TORCH LD_LIBRARY_PATH="$(libtorch_folders "$PTQBENCH_TORCH")${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
fi
exec "$root/libexec/$name" "$@"
