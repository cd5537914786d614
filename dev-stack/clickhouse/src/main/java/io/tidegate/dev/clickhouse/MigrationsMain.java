package io.tidegate.dev.clickhouse;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * {@link Migrations} as a command, for deployments: {@value #USAGE}. Of several URLs the first that answers is used: on a cluster the
 * statements run on all servers. Exit codes: 0 the schema is up to date, 1 failed, 2 bad options.
 */
public final class MigrationsMain {

    static final String USAGE = "--url URL[,URL…] --sql DIR [--user USER] [--password-file FILE]";

    private static final List<String> OPTIONS = List.of("--url", "--sql", "--user", "--password-file");

    private MigrationsMain() {}

    public static void main(String[] args) {
        System.exit(run(args));
    }

    static int run(String... args) {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i < args.length; i += 2) {
            if (!OPTIONS.contains(args[i]) || i + 1 == args.length) {
                System.err.println("migrations: " + args[i] + "? " + USAGE);
                return 2;
            }
            options.put(args[i], args[i + 1]);
        }
        if (!options.containsKey("--url") || !options.containsKey("--sql")) {
            System.err.println("migrations: " + USAGE);
            return 2;
        }
        try {
            String password = options.containsKey("--password-file")
                    ? Files.readString(Path.of(options.get("--password-file"))).strip()
                    : "";
            PlainClient client = firstThatAnswers(
                    options.get("--url").split(","), options.getOrDefault("--user", "default"), password);
            List<String> applied = Migrations.apply(client, Path.of(options.get("--sql")));
            System.out.println(
                    applied.isEmpty() ? "The schema is up to date" : "Applied " + String.join(", ", applied));
            return 0;
        } catch (IOException | IllegalStateException e) {
            System.err.println("migrations: " + e.getMessage());
            return 1;
        }
    }

    private static PlainClient firstThatAnswers(String[] urls, String user, String password) throws IOException {
        IOException last = new IOException("--url is empty");
        for (String url : urls) {
            PlainClient client = new PlainClient(URI.create(url.strip()), user, password);
            try {
                client.query("SELECT 1");
                return client;
            } catch (IOException e) {
                last = new IOException(url + " does not answer: " + e, e);
            }
        }
        throw last;
    }
}
