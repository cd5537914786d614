package io.tidegate.jobs.backup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The newest checkpoint or savepoint in each folder below a directory: where jobs can go on from. They are named, not copied. */
final class Savepoints {

    private static final String METADATA = "_metadata";

    private Savepoints() {}

    static List<Manifest.Savepoint> below(Path directory) throws IOException {
        Map<Path, Manifest.Savepoint> newest = new TreeMap<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path metadata : (Iterable<Path>) files.filter(file -> file.endsWith(METADATA))::iterator) {
                Path savepoint = metadata.getParent();
                Instant at = Files.getLastModifiedTime(metadata).toInstant();
                newest.merge(
                        savepoint.getParent(),
                        new Manifest.Savepoint(savepoint.toAbsolutePath().toString(), at),
                        (a, b) -> a.at().isAfter(b.at()) ? a : b);
            }
        }
        return newest.values().stream()
                .sorted(Comparator.comparing(Manifest.Savepoint::path))
                .toList();
    }
}
