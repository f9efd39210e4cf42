#!/usr/bin/env bash
# Runs every fuzz target for some seconds each: scripts/fuzz.sh [SECONDS]
#
# A target is a decoder; a crash is left by cargo-fuzz below its artifacts/ folder, and belongs into a test.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seconds=${1:-60}
if ! cargo +nightly fuzz --version >/dev/null 2>&1; then
  echo "fuzz: needs a nightly toolchain and cargo-fuzz: rustup toolchain install nightly && cargo install --locked cargo-fuzz" >&2
  exit 1
fi
found=0
for folder in fuzz; do
  [ -e "$folder/Cargo.toml" ] || continue
  for target in $(cargo +nightly fuzz list --fuzz-dir "$folder"); do
    found=1
    echo "fuzz: $folder $target, ${seconds} s" >&2
    cargo +nightly fuzz run --fuzz-dir "$folder" "$target" -- -max_total_time="$seconds" -timeout=5
  done
done
[ "$found" = 1 ] || { echo "fuzz: there is no fuzz target" >&2; exit 1; }
