package io.tidegate.dev.clickhouse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds the engine's library in the cache ({@code ${TIDEGATE_CACHE:-~/.cache/tidegate}/engine/VERSION/libchdb.so}), or has
 * {@code scripts/lib/fetch-engine} fetch it.
 */
final class EngineLibrary {

    private static final String FILE = "libchdb.so";
    private static final Path SCRIPT = Path.of("scripts", "lib", "fetch-engine");

    private EngineLibrary() {}

    /**
     * The library that {@code scripts/lib/fetch-engine} names (it fetches only what is missing); outside of a check-out of
     * the project, what the cache has.
     *
     * @throws IOException with one line on what is missing
     */
    static Path locate() throws IOException {
        Optional<Path> script = script();
        if (script.isPresent()) {
            return fetch(script.get());
        }
        return cached().orElseThrow(() -> new IOException("The engine's library isn't in " + cache()
                + "; run scripts/lib/fetch-engine in a check-out of Tidegate, or name the file by --library"));
    }

    /** Above the working directory, because Maven runs tests in the module's directory. */
    private static Optional<Path> script() {
        for (Path directory = Path.of("").toAbsolutePath(); directory != null; directory = directory.getParent()) {
            Path script = directory.resolve(SCRIPT);
            if (Files.isExecutable(script)) {
                return Optional.of(script);
            }
        }
        return Optional.empty();
    }

    private static Path fetch(Path script) throws IOException {
        Process process = new ProcessBuilder(script.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        process.getOutputStream().close();
        String path = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            int exit = process.waitFor();
            if (exit != 0 || path.isEmpty()) {
                throw new IOException(script + " could not provide the engine's library (exit code " + exit + ")");
            }
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while " + script + " was running", e);
        }
        return Path.of(path);
    }

    private static Path cache() {
        String configured = System.getenv("TIDEGATE_CACHE");
        Path root = configured != null && !configured.isEmpty()
                ? Path.of(configured)
                : Path.of(System.getProperty("user.home"), ".cache", "tidegate");
        return root.resolve("engine");
    }

    private static Optional<Path> cached() throws IOException {
        if (!Files.isDirectory(cache())) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(cache())) {
            return versions.map(version -> version.resolve(FILE))
                    .filter(Files::isRegularFile)
                    .max(Comparator.naturalOrder());
        }
    }
}
