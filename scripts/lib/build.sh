# Sourced by scripts, after java.sh: builds what the demo or the cluster runs, if it is missing or older than its sources.
#
#   build_chaos ROOT        sets `chaos_class_path`
#   build_cluster ROOT      sets `cluster_class_path`
#   cluster_is_built ROOT   whether there is a build at all, fresh or not; sets `cluster_class_path`
#   build_demo ROOT         sets `demo_class_path`
#   require_build_tools     a JDK and unzip, installed or named
#   demo_is_built ROOT      whether there is a build at all, fresh or not; sets `demo_class_path`

# Whether module dev-stack/$2 has a build; its class path then is in $2_class_path.
is_built() {
  local target="$1/dev-stack/$2/target" jar
  jar="$(find "$target" -maxdepth 1 -name "tidegate-dev-$2-*.jar" 2>/dev/null | head -n 1 || true)"
  [ -n "$jar" ] && [ -d "$target/lib" ] || return 1
  printf -v "$2_class_path" '%s' "$jar:$target/lib/*"
}

# Builds modules $3 for dev-stack/$2 unless $2_is_fresh.
build_unless_fresh() {
  local root="$1"
  if ! "$2_is_fresh" "$root"; then
    mkdir -p "$root/target"
    # One build at a time, since all write the same folders; whoever waited may find it done.
    exec 8>"$root/target/.demo-build.lock"
    if command -v flock >/dev/null; then flock 8; fi
    if ! "$2_is_fresh" "$root"; then
      run_build "$root" "$3" "dev-stack/$2"
    fi
    exec 8>&-
  fi
  is_built "$root" "$2"
}

# Whether the libraries are there with which the parts of a cluster are started.
has_libraries() {
  local module
  for module in dev-stack/kafka dev-stack/flink dev-stack/zookeeper serving-vertx; do
    [ -d "$1/$module/target/lib" ] || return 1
  done
}

demo_is_built() { is_built "$1" demo; }

# Sources that are newer than file $2: the demo's, and the folders that follow.
newer_sources() {
  (cd "$1" && find pom.xml contracts dev-stack/clickhouse dev-stack/kafka dev-stack/demo flink-jobs serving-vertx clients scripts/lib "${@:3}" \
    \( -name target -o -name dist -o -path '*/src/test' -o -path clients/java -o -name node_modules \) -prune -o -type f -newer "$2" -print -quit)
}

demo_is_fresh() {
  local root="$1" stamp="$1/dev-stack/demo/target/.built" jar jars
  demo_is_built "$root" || return 1
  jars="$(find "$root"/dev-stack/{clickhouse,kafka,demo}/target "$root"/{contracts,flink-jobs,serving-vertx}/target \
    -maxdepth 1 -name 'tidegate-*.jar' ! -name 'original-*' ! -name '*-tests.jar' 2>/dev/null || true)"
  [ "$(printf '%s\n' "$jars" | wc -l)" -ge 6 ] && [ -d "$root/serving-vertx/target/lib" ] || return 1
  # A jar that didn't change keeps its time, so the stamp of the last build counts first.
  if [ -f "$stamp" ] && [ -z "$(newer_sources "$root" "$stamp")" ]; then
    return 0
  fi
  for jar in $jars; do
    [ -z "$(newer_sources "$root" "$jar")" ] || return 1
  done
}

build_demo() { build_unless_fresh "$1" demo dev-stack/demo,serving-vertx; }

cluster_is_built() { is_built "$1" cluster; }

cluster_is_fresh() {
  local root="$1"
  cluster_is_built "$root" && has_libraries "$root" || return 1
  [ -f "$root/dev-stack/cluster/target/.built" ] && [ -z "$(newer_sources "$root" \
    "$root/dev-stack/cluster/target/.built" dev-stack/flink dev-stack/zookeeper dev-stack/cluster)" ]
}

build_cluster() { build_unless_fresh "$1" cluster dev-stack/cluster; }

chaos_is_built() { is_built "$1" chaos; }

chaos_is_fresh() {
  local root="$1"
  chaos_is_built "$root" && has_libraries "$root" || return 1
  # clients is searched without clients/java, which only the campaign needs.
  [ -f "$root/dev-stack/chaos/target/.built" ] && [ -z "$(newer_sources "$root" "$root/dev-stack/chaos/target/.built" \
    dev-stack/flink dev-stack/zookeeper dev-stack/cluster dev-stack/replay dev-stack/chaos clients/java/src/main)" ]
}

build_chaos() { build_unless_fresh "$1" chaos dev-stack/chaos; }

# What a build needs beyond Java itself; names what is missing.
require_build_tools() {
  if ! command -v "${java%java}javac" >/dev/null && ! install_debian openjdk-17-jdk-headless; then
    printf '%s: a JDK is needed for the first build; this Java has no javac\n' "${0##*/}" >&2
    exit 1
  fi
  # The Maven wrapper unpacks Maven once.
  if [ ! -d "${MAVEN_USER_HOME:-$HOME/.m2}/wrapper/dists" ] && ! command -v unzip >/dev/null && ! install_debian unzip; then
    printf '%s: unzip is missing; the Maven wrapper needs it once\n' "${0##*/}" >&2
    exit 1
  fi
}

# Modules $2 and what they need; leaves its stamp in module $3.
run_build() {
  local root="$1" log="$1/target/demo-build.log" started="$1/target/.demo-build-started"
  require_build_tools
  printf 'Building (the first time takes a few minutes; log: %s)\n' "$log" >&2
  : >"$started"
  if ! (cd "$root" && ./mvnw -pl "$2" -am package -Dmaven.test.skip=true 2>&1) \
      | tee "$log" | sed -u -n 's/^\[INFO\] Building \(Tidegate.*\S\)\s*$/  \1/p' >&2 \
      || ! grep -q '^\[INFO\] BUILD SUCCESS' "$log"; then
    grep '^\[ERROR\]' "$log" | head -n 20 >&2 || tail -n 20 "$log" >&2
    printf '%s: the build failed; the whole log is %s\n' "${0##*/}" "$log" >&2
    exit 1
  fi
  # As of when it began: what was edited meanwhile is built the next time.
  mv "$started" "$root/$3/target/.built"
}
