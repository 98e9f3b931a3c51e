#!/usr/bin/env bash
# Configures and builds a preset: scripts/build.sh [release|debug|asan] [cmake options ...]
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-release}
shift || true
cmake --preset "$preset" "$@"
cmake --build --preset "$preset"
