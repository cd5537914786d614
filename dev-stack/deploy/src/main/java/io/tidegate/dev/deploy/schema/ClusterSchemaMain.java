package io.tidegate.dev.deploy.schema;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** {@code scripts/cluster-sql}: writes {@code sql/cluster} from {@code sql/clickhouse}. Argument: the repository. */
public final class ClusterSchemaMain {

    private ClusterSchemaMain() {}

    public static void main(String[] args) throws IOException {
        Path root = Path.of(args[0]);
        Path target = Files.createDirectories(root.resolve("sql/cluster"));
        for (Map.Entry<String, String> file : files(root).entrySet()) {
            Files.writeString(target.resolve(file.getKey()), file.getValue());
        }
    }

    /** What should be in {@code sql/cluster}: names and texts. */
    static Map<String, String> files(Path root) throws IOException {
        Map<String, String> files = new TreeMap<>();
        files.put("000_databases.sql", ClusterSchema.databases());
        try (Stream<Path> migrations = Files.list(root.resolve("sql/clickhouse"))) {
            for (Path migration :
                    migrations.filter(file -> file.toString().endsWith(".sql")).toList()) {
                String name = migration.getFileName().toString();
                try {
                    files.put(name, ClusterSchema.of(Files.readString(migration)));
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
                }
            }
        }
        return files;
    }
}
