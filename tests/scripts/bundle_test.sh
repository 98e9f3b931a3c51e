#!/usr/bin/env bash
# A bundle runs from anywhere, for anybody, and loads nothing of the system but glibc.
# usage: bundle_test.sh BUILD_FOLDER; exit code 77: skipped.
set -euo pipefail
source_folder=$(cd "$(dirname "$0")/../.." && pwd)
build=$1
skip() { echo "skipped: $1"; exit 77; }
command -v patchelf >/dev/null || skip "patchelf is not installed"
ompi_info --version | grep -q 'v4\.' || skip "bundles are made with Open MPI 4"

# A LibTorch with CUDA is no part of the bundle.
config=$(sed -n 's/^Torch_DIR:[A-Z]*=//p' "$build/CMakeCache.txt")
libtorch=$(readlink -f "$config/../../..")

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failures=0
check() {  # WHAT PATTERN FILE
  if grep -q -- "$2" "$3"; then echo "ok: $1"; return; fi
  echo "FAILED: $1"
  failures=$((failures + 1))
  tail -n 20 "$3"
}
# An ordinary user with nothing but a home; what it loads goes to loaded.*.
as_user() {  # COMMAND ...
  local user=()
  [ "$(id -u)" -ne 0 ] || user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
  (cd "$folder/home" && "${user[@]}" env -i HOME="$folder/home" PATH=/usr/bin:/bin OMP_NUM_THREADS=1 LD_DEBUG=files \
    LD_DEBUG_OUTPUT="$folder/home/loaded" PTQBENCH_TORCH="$libtorch" "$@")
}

"$source_folder/scripts/bundle.sh" --build "$build" "$folder/made.tar" >"$folder/bundle.log" 2>&1 || { cat "$folder/bundle.log"; exit 1; }
mkdir "$folder/home"
tar -xf "$folder/made.tar" -C "$folder/home"
rm "$folder/made.tar"
mv "$folder/home/ptqbench" "$folder/home/moved"
cat >"$folder/home/small.yaml" <<Y
name: small
task: image_classification
dataset: fashion_mnist
models: [{name: resnet20, checkpoint: moved/configs/checkpoints/resnet20_fashion_mnist.safetensors}]
bits: [w2a4]
methods: [nearest, qdrop]
settings: {calibration_samples: 8, range_samples: 8, batch_size: 4, iterations: 2, weight_range: min_max, activation_range: min_max}
evaluation: {samples: 20, batch_size: 20}
report: {held_out_samples: 0, flatness_samples: 0}
threads: 1
device: cpu
Y
chmod -R a+rX "$folder"
[ "$(id -u)" -ne 0 ] || chown 65534:65534 "$folder/home"

as_user moved/bin/mpirun --oversubscribe -np 2 moved/bin/ptqbench run small.yaml --out run >"$folder/run.log" 2>&1 || true
check "two ranks run a sweep" "2 of 2 cells finished" "$folder/run.log"
as_user moved/bin/ptqbench list methods >"$folder/list.log" 2>&1 || true
check "it runs through a path of its own" "qdrop" "$folder/list.log"
(cd "$folder/home" && ln -s moved/bin/ptqbench linked)
as_user ./linked list methods >"$folder/link.log" 2>&1 || true
check "it runs through a link" "qdrop" "$folder/link.log"

# The shells of the launchers load the system's; of the programs' processes only glibc may come from outside.
outside=$(for log in "$folder"/home/loaded.*; do
  grep -q 'moved/libexec/' "$log" || continue
  sed -n '/initialize program: .*moved\/libexec\//,$ s/.*calling init: \(.*\)/\1/p' "$log"
done | sort -u | grep -vE "^$folder/home/moved/|^$libtorch/lib/|^$(dirname "$libtorch")/nvidia/" | grep -vE '/(ld-linux[^/]*|libc|libm|libmvec|libdl|libpthread|librt|libresolv|libutil|libanl|libnss_[a-z]+)\.so' || true)
if [ -n "$outside" ]; then
  echo "FAILED: only glibc comes from outside"
  echo "$outside"
  failures=$((failures + 1))
else
  check "only glibc comes from outside" "initialize program: .*moved/libexec/ptqbench" <(cat "$folder"/home/loaded.*)
fi
[ "$failures" -eq 0 ] || { echo "$failures failed"; exit 1; }
