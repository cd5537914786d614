package io.tidegate.dev.demo;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Where the build has put the gateway. */
public final class GatewayBuild {

    public static final String MAIN = "io.tidegate.serving.GatewayMain";

    private GatewayBuild() {}

    /**
     * The gateway's own jars, as it is deployed, and this module's for {@link SupervisedMain} and the log settings.
     *
     * @param home the repository
     * @throws IOException when it isn't built
     */
    public static String classPath(Path home) throws IOException {
        Path target = home.resolve("serving-vertx/target");
        List<String> entries = new ArrayList<>();
        if (Files.isDirectory(target)) {
            try (Stream<Path> jars = Files.list(target)) {
                jars.filter(path -> path.getFileName().toString().matches("tidegate-serving-[^-]+(-SNAPSHOT)?\\.jar"))
                        .forEach(path -> entries.add(path.toString()));
            }
        }
        if (entries.isEmpty()) {
            throw new IOException("The gateway isn't built: no jar in " + target);
        }
        entries.add(target.resolve("lib") + File.separator + "*");
        entries.add(DemoJar.path().toString());
        return String.join(File.pathSeparator, entries);
    }
}
