package io.tidegate.dev.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Puts the command line of a Java process together. */
final class JavaRole {

    private static final int DEFAULT_STOP_SECONDS = 10;

    private final String name;
    private final String classPath;
    private final Path log;
    private final Path output;
    private final int port;
    private final Machine machine;
    private final List<String> jvm = new ArrayList<>();
    private final List<String> arguments = new ArrayList<>();
    // One malloc arena per core and more would only hold on to memory.
    private final Map<String, String> environment = new LinkedHashMap<>(Map.of("MALLOC_ARENA_MAX", "2"));
    private int stopSeconds = DEFAULT_STOP_SECONDS;

    JavaRole(String name, String classPath, ClusterDirectory directory, int port, Machine machine) throws IOException {
        this.name = name;
        this.classPath = classPath;
        this.log = directory.log(name);
        this.output = directory.output(name);
        this.port = port;
        this.machine = machine;
        jvm("-XX:ErrorFile=" + log + ".crash", "-XX:+ExitOnOutOfMemoryError", "-XX:ReservedCodeCacheSize=96m");
        jvm("-Duser.timezone=UTC", "-Dfile.encoding=UTF-8", "-Djava.awt.headless=true");
    }

    JavaRole jvm(String... options) {
        jvm.addAll(List.of(options));
        return this;
    }

    /** @param configuration of log4j; it writes the file that property {@code tidegate.log} names */
    JavaRole log(String configuration) {
        return jvm("-Dlog4j2.configurationFile=" + configuration, "-Dtidegate.log=" + log);
    }

    /** As Flink's own scripts say it. */
    JavaRole flinkLog(Path conf) {
        return jvm("-Dlog4j2.configurationFile=" + conf.resolve("log4j2.xml"), "-Dlog.file=" + log);
    }

    JavaRole environment(String key, String value) {
        environment.put(key, value);
        return this;
    }

    JavaRole environment(Map<String, String> more) {
        environment.putAll(more);
        return this;
    }

    JavaRole main(String mainClass, String... args) {
        arguments.add(mainClass);
        arguments.addAll(List.of(args));
        return this;
    }

    JavaRole args(List<String> more) {
        arguments.addAll(more);
        return this;
    }

    JavaRole stopWithin(int seconds) {
        stopSeconds = seconds;
        return this;
    }

    RoleState readyWhen(Readiness readiness) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(machine.jvm(jvm));
        command.add("-cp");
        command.add(classPath);
        command.addAll(arguments);
        return new RoleState(
                name,
                0,
                0,
                "",
                0,
                port,
                log.toString(),
                output.toString(),
                command,
                environment,
                readiness,
                stopSeconds);
    }
}
