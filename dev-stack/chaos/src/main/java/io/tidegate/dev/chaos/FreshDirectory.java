package io.tidegate.dev.chaos;

import io.tidegate.dev.chaos.fault.SmallDisk;
import io.tidegate.dev.cluster.Cluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The directory of a cluster that is there to be broken. */
public final class FreshDirectory {

    private static final String MARK = "campaign";

    private FreshDirectory() {}

    /**
     * Empties it, ending what still runs there, or makes it.
     *
     * @param command kept in it: how it came about
     * @throws IOException where it has something in it that none of these tools has put there
     */
    public static void prepare(Path dir, String command) throws IOException, InterruptedException {
        Path mark = dir.resolve(MARK);
        if (Files.exists(dir)) {
            try (Stream<Path> content = Files.list(dir)) {
                if (!Files.exists(mark) && content.findAny().isPresent()) {
                    throw new IOException("dir: " + dir + " isn't empty, and isn't of a campaign");
                }
            }
            if (Files.exists(dir.resolve("cluster.json"))) {
                Cluster.open(dir).down();
            }
            SmallDisk.release(dir.resolve("data/clickhouse-2"));
            SmallDisk.release(dir.resolve("flink/checkpoints"));
            delete(dir);
        }
        Files.createDirectories(dir);
        Files.writeString(mark, command + "\n");
    }

    private static void delete(Path dir) throws IOException {
        List<Path> all;
        try (Stream<Path> paths = Files.walk(dir)) {
            all = paths.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            Files.delete(path);
        }
    }
}
