#!/bin/sh
# Prints the version of the LibTorch in a folder, such as 2.11.0: scripts/libtorch-version.sh FOLDER
set -eu
# PyTorch's package has the first file, an unpacked LibTorch the second; what follows a plus sign names the build.
if [ -f "$1/version.py" ]; then
  version=$(sed -n "s/^__version__ = '\([0-9.]*\).*/\1/p" "$1/version.py")
elif [ -f "$1/build-version" ]; then
  version=$(sed 's/+.*//' "$1/build-version")
else
  version=
fi
[ -n "$version" ] || { echo "libtorch-version.sh: no version in '$1/version.py' or '$1/build-version'" >&2; exit 2; }
echo "$version"
