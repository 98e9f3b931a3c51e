#!/usr/bin/env bash
# Packs the program with all that it loads into one file that any user unpacks anywhere and starts without installing:
#   scripts/bundle.sh [--tests] [--benchmarks] [--data] [--build FOLDER | PRESET] FILE
# PRESET: release (the default), or cuda with Torch_DIR set as for scripts/build.sh; it is built first. --build: what is built
# there, as it is. FILE ends in .tar.xz, or in .tar.
# --tests, --benchmarks: those that need no source folder, which scripts/gpu_check.sh runs. --data: Fashion-MNIST and WordNet.
#
# In it: bin/ (ptqbench, mpirun and the others: launchers), libexec/ (the programs), lib/ (all libraries but glibc, the
# device's driver and, for a LibTorch with CUDA, that and what it brings), configs/, scripts/, data/. It runs where glibc is
# not older than here. Needs patchelf.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
usage() { sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2; }
fail() { echo "bundle.sh: $1" >&2; exit 2; }

components=(program)
with_data=false
build=
while [[ ${1:-} == --* ]]; do
  case $1 in
    --tests | --benchmarks) components+=("${1#--}") ;;
    --data) with_data=true ;;
    --build)
      [ -f "${2:-}/CMakeCache.txt" ] || fail "'${2:-}' is no build folder"
      build=$(cd "$2" && pwd)
      shift
      ;;
    *) usage ;;
  esac
  shift
done
[ $# -eq 1 ] || [ $# -eq 2 ] || usage
preset=release
if [ $# -eq 2 ]; then
  [ -z "$build" ] || usage
  preset=$1
  shift
fi
[[ $1 == *.tar.xz || $1 == *.tar ]] || fail "'$1' ends neither in .tar.xz nor in .tar"
[ -d "$(dirname "$1")" ] || fail "there is no folder $(dirname "$1")"
file=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
command -v patchelf >/dev/null || fail "patchelf is not installed (Debian: patchelf)"

# What an earlier configuration left out is added; what it built is not taken away.
build_preset() {
  local targets=(ptqbench) options=() component
  for component in "${components[@]:1}"; do
    options+=("-DPTQBENCH_${component^^}=ON")
    targets+=("${component}_to_install")
  done
  (cd "$here" && cmake --preset "$preset" ${options[@]+"${options[@]}"} >/dev/null)
  build=$here/build/$preset
  cmake --build "$build" --target "${targets[@]}"
}

install_into() {  # STAGE
  local component
  for component in "${components[@]}"; do cmake --install "$build" --component "$component" --prefix "$1" --strip >/dev/null; done
}

# The folder of a LibTorch that stays where it is: one with CUDA, whose libraries are larger than all else together.
libtorch_outside() {
  local config
  config=$(sed -n 's/^Torch_DIR:[A-Z]*=//p' "$build/CMakeCache.txt")
  [ ! -e "$config/../../../lib/libtorch_cuda.so" ] || (cd "$config/../../.." && pwd -P)
}

# Of Open MPI: KEY is one of ompi_info's, such as pkglibdir.
open_mpi_folder() { ompi_info --path "$1" --parsable | cut -d: -f3-; }

# What comes with the system, its driver or LibTorch.
stays_outside() {  # PATH
  case $(basename "$1") in
    ld-linux* | libc.so.* | libm.so.* | libmvec.so.* | libdl.so.* | libpthread.so.* | librt.so.* | libresolv.so.* | libutil.so.* | \
      libanl.so.* | libnsl.so.1 | libthread_db.so.* | libBrokenLocale.so.*) return 0 ;;
    libcuda.so.* | libnvidia-*) return 0 ;;
  esac
  [ -n "$libtorch" ] || return 1
  [[ $(readlink -f "$1") == "$libtorch"/* || $(readlink -f "$1") == "$(dirname "$libtorch")"/nvidia/* ]]
}

# Under the name that is asked for. Of several BLAS that a name can lead to, the folder tells which it is, also to `doctor`.
copy_library() {  # PATH FOLDER
  local name kind
  name=$(basename "$1")
  kind=$(basename "$(dirname "$(readlink -f "$1")")")
  case $kind in
    openblas* | blis* | atlas* | blas | lapack)
      mkdir -p "$2/$kind"
      cp -L "$1" "$2/$kind/"
      ln -sf "$kind/$name" "$2/$name"
      ;;
    *) cp -L "$1" "$2/" ;;
  esac
}

# Every library that PROGRAM ... load.
copy_libraries() {  # FOLDER PROGRAM ...
  local folder=$1 path listing
  shift
  listing=$(ldd "$@")
  if grep -q 'not found' <<<"$listing"; then grep 'not found' <<<"$listing" | sort -u >&2; fail "these libraries were not found"; fi
  for path in $(sed -n 's/.* => \(\/[^ ]*\) .*/\1/p' <<<"$listing" | sort -u); do
    stays_outside "$path" || [ -e "$folder/$(basename "$path")" ] || copy_library "$path" "$folder"
  done
}

copy_open_mpi() {  # ROOT
  local root=$1 name plugin
  mkdir -p "$root/lib/openmpi" "$root/lib/pmix" "$root/share" "$root/etc"
  for name in mpirun orted ompi_info; do cp -L "$(command -v "$name")" "$root/libexec/$name"; done
  cp -rL "$(open_mpi_folder pkgdatadir)" "$root/share/openmpi"
  cp -rL "$(open_mpi_folder sysconfdir)" "$root/etc/openmpi"
  # OpenSHMEM's are of no use here and bring its libraries along.
  for plugin in "$(open_mpi_folder pkglibdir)"/mca_*.so; do
    case $(basename "$plugin") in mca_scoll_* | mca_spml_* | mca_sshmem_* | mca_memheap_* | mca_atomic_*) ;; *) cp -L "$plugin" "$root/lib/openmpi/" ;; esac
  done
}

# PMIx loads its plugins from a folder beside its library, in Debian's case below pmix2/.
copy_pmix() {  # ROOT
  local library folder
  library=$(ldd "$1"/lib/openmpi/mca_pmix_ext*.so | sed -n 's/.* => \(\/[^ ]*libpmix\.so[^ ]*\) .*/\1/p' | head -n 1)
  [ -n "$library" ] || return 0
  folder=$(dirname "$(readlink -f "$library")")
  cp -L "$folder"/pmix/*.so "$1/lib/pmix/"
  cp -rL "$folder/../share/pmix" "$1/share/pmix"
}

# Those of hwloc that need no display, from the folder beside its library.
copy_hwloc() {  # ROOT
  local library plugins name
  library=$(ldd "$1/libexec/mpirun" | sed -n 's/.* => \(\/[^ ]*libhwloc\.so[^ ]*\) .*/\1/p')
  [ -n "$library" ] || return 0
  plugins=$(dirname "$(readlink -f "$library")")/hwloc
  mkdir -p "$1/lib/hwloc"
  for name in hwloc_pci hwloc_xml_libxml; do
    [ ! -e "$plugins/$name.so" ] || cp -L "$plugins/$name.so" "$1/lib/hwloc/"
  done
}

# Each file finds the others by its own place, which of a link is where the link lies.
set_search_paths() {  # ROOT
  local file
  for file in "$1"/libexec/*; do [[ $(head -c 4 "$file") != $'\177ELF' ]] || patchelf --set-rpath '$ORIGIN/../lib' "$file"; done
  for file in "$1"/lib/*.so*; do [ -L "$file" ] || patchelf --set-rpath '$ORIGIN' "$file"; done
  for file in "$1"/lib/*/*.so*; do patchelf --set-rpath '$ORIGIN/..:$ORIGIN' "$file"; done
}

add_launchers() {  # ROOT
  local program
  mkdir -p "$1/bin"
  for program in "$1"/libexec/*; do cp "$here/scripts/bundle/launcher.sh" "$1/bin/$(basename "$program")"; done
  chmod +x "$1"/bin/*
  [ -n "$libtorch" ] || return 0
  "$here/scripts/libtorch-version.sh" "$libtorch" >"$1/libexec/libtorch-version"
  printf '%s\n' mpirun orted ompi_info >"$1/libexec/without-libtorch"
}

copy_data() {  # ROOT
  mkdir "$1/data"
  cp -r /usr/share/datasets/fashion-mnist "$1/data/fashion-mnist"
  cp -r /usr/share/wordnet "$1/data/wordnet"
}

[ "$(ompi_info --version | sed -n 's/.*v\([0-9]*\)\..*/\1/p')" = 4 ] ||
  fail "packs Open MPI 4, and this is $(ompi_info --version | head -n 1): pack on Debian 12"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ -n "$build" ] || build_preset
install_into "$work/stage"
libtorch=$(libtorch_outside)
root=$work/ptqbench
mkdir -p "$root/lib"
mv "$work/stage/share/ptqbench" "$work/share"
mv "$work/share"/* "$root/"
mv "$work/stage/bin" "$root/libexec"
copy_open_mpi "$root"
copy_pmix "$root"
copy_hwloc "$root"
copy_libraries "$root/lib" "$root"/libexec/* "$root"/lib/*/*.so
set_search_paths "$root"
add_launchers "$root"
! $with_data || copy_data "$root"
compress=()
[[ $file != *.xz ]] || compress=(--use-compress-program "xz -T0 -6")
tar --owner=0 --group=0 --sort=name ${compress[@]+"${compress[@]}"} -cf "$file.tmp" -C "$work" ptqbench
mv "$file.tmp" "$file"
echo "$file: $(du -h "$file" | cut -f1), unpacked $(du -sh "$root" | cut -f1)"
