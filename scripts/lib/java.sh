# Sourced by scripts: finds Java 17 or newer.
#
#   find_java   sets `java` to its command, or says in one line what is missing and exits 1

# Debian, as root: the one case where a missing tool can be had without asking anybody.
install_debian() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  printf '%s: installing %s with apt-get\n' "${0##*/}" "$*" >&2
  DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2 \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}

# Programs whose Debian packages have their names; installed, or named and given up.
require_debian() {
  local program missing=()
  for program in "$@"; do
    PATH="$PATH:/usr/sbin" command -v "$program" >/dev/null || missing+=("$program")
  done
  if [ ${#missing[@]} -gt 0 ] && ! install_debian "${missing[@]}"; then
    printf '%s: missing, install it first: %s\n' "${0##*/}" "${missing[*]}" >&2
    exit 1
  fi
}

find_java() {
  java="${JAVA_HOME:+$JAVA_HOME/bin/}java"
  if ! command -v "$java" >/dev/null && ! { [ -z "${JAVA_HOME:-}" ] && install_debian openjdk-17-jdk-headless; }; then
    printf '%s: Java is missing; install a JDK 17 or newer (or set JAVA_HOME)\n' "${0##*/}" >&2
    exit 1
  fi
}

# Costs a JVM start, so only scripts that start something large ask for it.
require_java_17() {
  find_java
  local version
  version="$("$java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1)"
  if [ "${version:-0}" -lt 17 ]; then
    printf '%s: Java 17 or newer is needed, %s is version %s\n' "${0##*/}" "$(command -v "$java")" "${version:-unknown}" >&2
    exit 1
  fi
}
