#!/usr/bin/env bash
# Installs monitor-server's dependencies where that is needed, then starts, stops or describes the server; -h
# explains the flags. Works from any folder and through symbolic links, and keeps the caller's working folder,
# which relative paths in the configuration start from.
set -euo pipefail

fail() {
  printf 'monitor-server: %s\n' "$*" >&2
  exit 1
}

# macOS before 12.3 has no `readlink -f`.
script=${BASH_SOURCE[0]}
while [ -L "$script" ]; do
  folder=$(cd -P -- "$(dirname -- "$script")" && pwd)
  script=$(readlink -- "$script")
  case $script in
    /*) ;;
    *) script=$folder/$script ;;
  esac
done
root=$(cd -P -- "$(dirname -- "$script")/.." && pwd)

modules=$root/node_modules
node=$modules/.bin/node
# npm writes this file last, so an installation that was cut short has none.
installed=$modules/.package-lock.json
lock=$root/.monitor-server/install.lock

up_to_date() {
  [ -x "$node" ] && [ -f "$installed" ] && [ ! "$root/package-lock.json" -nt "$installed" ]
}

check_prerequisites() {
  command -v node >/dev/null 2>&1 || fail 'Node.js 20 or newer is needed for the first start; get it from https://nodejs.org'
  local version
  version=$(node -p 'process.versions.node' 2>/dev/null) || fail "cannot run $(command -v node); install Node.js 20 or newer"
  [ "${version%%.*}" -ge 20 ] || fail "Node.js 20 or newer is needed for the first start, and this is $version ($(command -v node))"
  command -v npm >/dev/null 2>&1 || fail 'npm is needed for the first start; it comes with Node.js from https://nodejs.org'
  [ -w "$root" ] || fail "cannot install dependencies: $root is not writable for $(id -un); start once as its owner"
}

# A link is made in one step and says in itself whose it is, so two first starts cannot both install.
take_lock() {
  mkdir -p "$(dirname "$lock")"
  local waited=0 owner
  until ln -s "$$" "$lock" 2>/dev/null; do
    owner=$(readlink "$lock" 2>/dev/null || true)
    if [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; then
      # Left behind by a start that was killed.
      [ "$(readlink "$lock" 2>/dev/null || true)" != "$owner" ] || rm -f "$lock"
      continue
    fi
    [ "$waited" -lt 600 ] || fail "another start has been installing for 10 minutes; if that is not so, remove $lock"
    waited=$((waited + 1))
    sleep 1
  done
  trap 'rm -f "$lock"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
}

install_dependencies() {
  check_prerequisites
  take_lock
  if ! up_to_date; then
    printf 'monitor-server: installing dependencies\n' >&2
    local output
    # Node itself is one of the development dependencies, which NODE_ENV=production would leave out.
    output=$(cd "$root" && npm ci --include=dev --no-audit --no-fund --loglevel=error 2>&1) || {
      printf '%s\n' "$output" >&2
      fail "npm ci failed in $root"
    }
    "$node" --version >/dev/null 2>&1 ||
      fail "npm did not install Node.js; if ignore-scripts is set, run: cd '$root' && npm rebuild node --ignore-scripts=false"
  fi
  rm -f "$lock"
  trap - EXIT INT TERM HUP
}

# A server that runs since before an update is stopped with what it was started with, not reinstalled beneath itself.
starts=yes
for argument; do
  case $argument in
    -[ksh]*) starts=no ;;
  esac
done
if [ "$starts" = yes ] || [ ! -x "$node" ]; then
  up_to_date || install_dependencies
fi

exec "$node" --disable-warning=ExperimentalWarning "$root/services/standalone/src/launch.ts" "$@"
