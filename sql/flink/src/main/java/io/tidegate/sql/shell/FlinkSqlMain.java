package io.tidegate.sql.shell;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.apache.flink.table.client.SqlClient;
import org.apache.flink.table.client.SqlClientException;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Opens Flink's SQL shell, or runs a file in it, with the tables of an installation. */
@Command(
        name = "flink-sql",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Flink SQL over the topics and the tables of ClickHouse; docs/flink-sql.md.")
public final class FlinkSqlMain implements Callable<Integer> {

    private static final String HOME = System.getProperty("tidegate.home", ".");

    /** One of the three; the demo of this checkout where none is given. */
    private static final class Place {

        @Option(
                names = "--demo",
                paramLabel = "DIR",
                arity = "0..1",
                fallbackValue = ".tidegate",
                description = "the demo whose data are in DIR (default, with .tidegate)")
        private Path demo;

        @Option(
                names = "--cluster",
                paramLabel = "DIR",
                arity = "0..1",
                fallbackValue = ".tidegate-cluster",
                description = "the cluster of scripts/cluster in DIR (.tidegate-cluster)")
        private Path cluster;

        @ArgGroup(exclusive = false)
        private Addresses addresses;
    }

    private static final class Addresses {

        @Option(names = "--kafka", paramLabel = "HOST:PORT,…", required = true, description = "any other brokers, and")
        private String kafka;

        @Option(
                names = "--clickhouse",
                paramLabel = "URL,…",
                split = ",",
                required = true,
                description = "their store: http://HOST:PORT, one of each shard")
        private List<String> clickhouse;

        @Option(names = "--clickhouse-user", defaultValue = "default", description = "default: ${DEFAULT-VALUE}")
        private String user;
    }

    @ArgGroup(exclusive = true)
    private Place place;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "run its statements and end")
    private Path file;

    @Option(
            names = "--prepare",
            description = "make the tables of sql/flink/sandbox.sql in ClickHouse first, where they are missing")
    private boolean prepare;

    public static void main(String[] args) {
        System.exit(run(args));
    }

    /**
     * @return 0: done, also where a statement failed: Flink's shell says so and goes on to its end; 1: it couldn't be run; 2: unusable
     *     arguments, or nothing is there
     */
    static int run(String... args) {
        return new CommandLine(new FlinkSqlMain())
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    command.getErr().println("flink-sql: " + message(failure));
                    return failure instanceof SqlClientException || failure instanceof SQLException ? 1 : 2;
                })
                .execute(args);
    }

    private static String message(Throwable failure) {
        return failure instanceof SqlClientException && failure.getCause() != null
                ? failure.getMessage() + " " + failure.getCause().getMessage()
                : failure.getMessage();
    }

    @Override
    public Integer call() throws IOException, SQLException {
        if (file != null && !Files.isReadable(file)) {
            throw new IllegalArgumentException("--file: " + file + " can't be read");
        }
        Installation installation = installation();
        Path directory = Path.of(HOME, "sql", "flink");
        if (prepare) {
            prepare(installation, Files.readString(directory.resolve("sandbox.sql")));
        }
        // Readable by this user only: a password may be in it.
        Path tables = Files.createTempFile("tidegate-flink-sql", ".sql");
        try {
            Files.writeString(tables, new Tables(directory, installation).script());
            List<String> arguments = new ArrayList<>(List.of("embedded", "--init", tables.toString()));
            if (file != null) {
                arguments.addAll(List.of("--file", file.toAbsolutePath().toString()));
            }
            SqlClient.main(arguments.toArray(String[]::new));
        } finally {
            Files.deleteIfExists(tables);
        }
        return 0;
    }

    private Installation installation() throws IOException {
        if (place == null) {
            return Installation.demo(Path.of(HOME, ".tidegate"));
        }
        if (place.demo != null) {
            return Installation.demo(Path.of(HOME).resolve(place.demo));
        }
        if (place.cluster != null) {
            return Installation.cluster(Path.of(HOME).resolve(place.cluster));
        }
        return Installation.of(place.addresses.kafka, place.addresses.clickhouse, place.addresses.user);
    }

    private static void prepare(Installation installation, String script) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", installation.user());
        properties.setProperty("password", installation.password());
        String url = "jdbc:ch:" + installation.shards().get(0) + "/default";
        try (Connection connection = DriverManager.getConnection(url, properties);
                Statement statement = connection.createStatement()) {
            for (String each : Statements.of(script)) {
                statement.execute(each);
            }
        }
    }
}
