package io.tidegate.dev.cluster;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Puts the command line of an installed program together. */
final class ProgramRole {

    private static final int STOP_SECONDS = 10;

    private final String name;
    private final ClusterDirectory directory;
    private final int port;
    private final List<String> command = new ArrayList<>();
    private final Map<String, String> environment = new LinkedHashMap<>();

    ProgramRole(String name, ClusterDirectory directory, int port) {
        this.name = name;
        this.directory = directory;
        this.port = port;
    }

    /** @param debianPackage that has it, for whoever hasn't */
    ProgramRole program(String program, String debianPackage, String... arguments) throws IOException {
        return command(find(program, debianPackage).toString(), arguments);
    }

    ProgramRole command(String program, String... arguments) {
        command.add(program);
        command.addAll(List.of(arguments));
        return this;
    }

    ProgramRole environment(String key, String value) {
        environment.put(key, value);
        return this;
    }

    RoleState readyWhen(Readiness readiness) throws IOException {
        return new RoleState(
                name,
                0,
                0,
                "",
                0,
                port,
                directory.log(name).toString(),
                directory.output(name).toString(),
                command,
                environment,
                readiness,
                STOP_SECONDS);
    }

    private static Path find(String program, String debianPackage) throws IOException {
        String path = System.getenv().getOrDefault("PATH", "") + File.pathSeparator + "/usr/sbin";
        for (String folder : path.split(File.pathSeparator)) {
            Path file = Path.of(folder, program);
            if (Files.isExecutable(file)) {
                return file;
            }
        }
        throw new IOException(program + " is missing; on Debian: apt-get install " + debianPackage);
    }
}
