#!/usr/bin/env bash
# Sees to it that this machine can build and test Rightful.
#
# Installs what is missing where it may (as root, with apt-get); elsewhere says exactly what to install and fails.
# Touches nothing that is there, and takes well under a second when all is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PATH="$PATH:$HOME/.cargo/bin"

say() { printf 'setup: %s\n' "$*" >&2; }
has() { command -v "$1" >/dev/null 2>&1; }

# Links a program, since a compiler without its headers is no help.
compiles_c() { printf '#include <stdlib.h>\nint main(void){return 0;}\n' | cc -x c - -o /dev/null 2>/dev/null; }

# The Debian packages that are missing, one a line.
missing_packages() {
  has make || echo make
  has git || echo git
  has curl || echo curl
  { has cc && compiles_c; } || echo build-essential
  has openssl || echo openssl
  # For the vendors' own clients, which run in a browser.
  has node || echo nodejs
  has npm || echo npm
  has chromium || has chromium-browser || has google-chrome || [ -n "${CHROMIUM:-}" ] || echo chromium
  # For the verifier of webhooks that is written in Python.
  python3 -c 'import venv, ensurepip' >/dev/null 2>&1 || echo python3-venv
  [ -e /etc/ssl/certs/ca-certificates.crt ] || [ ! -e /etc/debian_version ] || echo ca-certificates
}

install_packages() {
  if ! has apt-get; then
    say "missing: $*. Install them with this system's package manager (build-essential is a C compiler with its headers)."
    exit 1
  fi
  if [ "$(id -u)" != 0 ]; then
    say "missing: $*. Run: sudo apt-get update && sudo apt-get install --yes --no-install-recommends $*"
    exit 1
  fi
  say "installing: $*"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install --yes -qq --no-install-recommends "$@" >/dev/null
}

# Fails with the way to Rust unless the toolchain that rust-toolchain.toml names (or a later one) is here.
check_rust() {
  local wanted
  wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
  if ! has cargo; then
    say "Rust is missing. Install rustup from https://rustup.rs (or your system's package rustup), then run this again."
    exit 1
  fi
  local found
  # rustup fetches the toolchain here, the first time.
  if ! found=$(rustc --version | cut -d' ' -f2); then
    say "rustc does not run. With rustup: rustup toolchain install"
    exit 1
  fi
  if [ "$(printf '%s\n%s\n' "$wanted" "$found" | sort -V | head -n 1)" != "$wanted" ]; then
    say "Rust $wanted or later is needed, $found is here. With rustup: rustup toolchain install"
    exit 1
  fi
  if ! cargo fmt --version >/dev/null 2>&1 || ! cargo clippy --version >/dev/null 2>&1; then
    say "rustfmt or clippy is missing. With rustup: rustup component add rustfmt clippy"
    exit 1
  fi
}

missing=$(missing_packages)
# Package names hold no spaces, so splitting is what is wanted.
# shellcheck disable=SC2086
[ -z "$missing" ] || install_packages $missing
check_rust
