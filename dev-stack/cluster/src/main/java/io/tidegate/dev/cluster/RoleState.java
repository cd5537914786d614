package io.tidegate.dev.cluster;

import java.util.List;
import java.util.Map;

/**
 * One role in {@code cluster.json}: how it is run, and the process that runs it.
 *
 * @param role its name
 * @param pid 0 when it has never been started
 * @param started when {@code pid} was started, see {@link OsProcess}
 * @param boot of the machine at that time
 * @param starts how often it was started; {@value #STARTS} in its command stands for it
 * @param port the one that others use first
 * @param log what it writes while it runs
 * @param output what it prints
 * @param command program and arguments
 * @param environment in addition to ours
 * @param readiness how one knows that it works
 * @param stopSeconds how long it may take to end when asked to
 */
record RoleState(
        String role,
        long pid,
        long started,
        String boot,
        int starts,
        int port,
        String log,
        String output,
        List<String> command,
        Map<String, String> environment,
        Readiness readiness,
        int stopSeconds) {

    static final String STARTS = "{starts}";

    OsProcess process() {
        return new OsProcess(pid, started, boot);
    }

    RoleState startedAs(OsProcess process) {
        return new RoleState(
                role,
                process.pid(),
                process.started(),
                process.boot(),
                starts + 1,
                port,
                log,
                output,
                command,
                environment,
                readiness,
                stopSeconds);
    }

    /** The same process, to be run as {@code other} from the next start on. */
    RoleState runAs(RoleState other) {
        return new RoleState(
                role,
                pid,
                started,
                boot,
                starts,
                other.port,
                other.log,
                other.output,
                other.command,
                other.environment,
                other.readiness,
                other.stopSeconds);
    }
}
