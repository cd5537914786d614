package io.tidegate.dev.demo.supervise;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * How to run one child.
 *
 * @param name in messages and file names
 * @param command with absolute paths; standard input stays open as long as the supervisor lives
 * @param environment added to the supervisor's own
 * @param ownLog the file that the child itself logs to; shown when it fails
 * @param ready asked after each start
 * @param readyWithin a start that takes longer has failed
 * @param stopWithin between SIGTERM and SIGKILL
 * @param fatalExitCodes with these there is no point in starting it again
 */
public record ChildSpec(
        String name,
        List<String> command,
        Map<String, String> environment,
        Path ownLog,
        Probe ready,
        Duration readyWithin,
        Duration stopWithin,
        Set<Integer> fatalExitCodes) {

    public ChildSpec {
        if (name == null || !name.matches("[a-z]+")) {
            throw new IllegalArgumentException("name: lower-case letters expected, got " + name);
        }
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        Objects.requireNonNull(ownLog, "ownLog");
        Objects.requireNonNull(ready, "ready");
        Objects.requireNonNull(readyWithin, "readyWithin");
        Objects.requireNonNull(stopWithin, "stopWithin");
        fatalExitCodes = Set.copyOf(fatalExitCodes);
    }
}
