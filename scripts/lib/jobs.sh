# Sourced by scripts, after java.sh: what runs a tool of flink-jobs.
#
#   run_jobs_tool ROOT MAIN_CLASS ARGUMENT…   in place of the script. Flink's classes come from FLINK_HOME/lib, without it from the
#                                             development stack, which is built where it is missing

# The job jar, not what it was made from nor its tests.
jobs_jar() {
  find "$1/flink-jobs/target" -maxdepth 1 -name 'tidegate-flink-jobs-*.jar' ! -name 'original-*' ! -name '*-tests.jar' 2>/dev/null | head -n 1 || true
}

run_jobs_tool() {
  local root="$1" class="$2" flink="${FLINK_HOME:-$1/dev-stack/demo/target}/lib" jar
  shift 2
  jar="$(jobs_jar "$root")"
  if [[ -z "$jar" || ! -d "$flink" ]]; then
    printf '%s: building the jobs ...\n' "${0##*/}" >&2
    "$root/mvnw" -q -f "$root/pom.xml" -pl dev-stack/demo -am package -Dmaven.test.skip=true >&2
    jar="$(jobs_jar "$root")"
  fi
  exec "$java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 --add-opens java.base/java.util=ALL-UNNAMED -cp "$jar:$flink/*" "$class" "$@"
}
