#!/usr/bin/env bash
# Installs what building, testing and running need, on Debian 12 or 13, as root or through sudo.
set -euo pipefail

packages=(
  cmake g++ git ninja-build pkg-config
  libtorch-dev libopenblas-dev
  libopenmpi-dev openmpi-bin
  libhdf5-dev libyaml-cpp-dev nlohmann-json3-dev
  libcli11-dev libfmt-dev libboost-math-dev
  libssl-dev zlib1g-dev libicu-dev
  libjpeg62-turbo-dev libpng-dev libtiff-dev libwebp-dev libstb-dev
  libprotozero-dev
  libgtest-dev libgmock-dev libbenchmark-dev
  dataset-fashion-mnist wordnet-base
  python3-h5py python3-numpy python3-matplotlib python3-pil
  patchelf xz-utils
)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "all dependencies are installed"
  exit 0
fi

root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "install-deps.sh: run as root, or install sudo" >&2; exit 1; }
  root=(sudo)
fi
echo "installing: ${missing[*]}"
"${root[@]}" apt-get update -qq
"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
