package io.tidegate.sql.shell;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The statements that make the tables of an installation: the files in {@code sql/flink/tables} with its addresses.
 *
 * @param directory {@code sql/flink}
 */
record Tables(Path directory, Installation installation) {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{([a-z]+)}}");
    private static final Pattern TABLE = Pattern.compile("CREATE TABLE \\{\\{database}}\\.(\\w+)");

    /** What the shell runs first. */
    String script() throws IOException {
        List<String> parts = new ArrayList<>();
        parts.add(file("tables/session.sql"));
        String topics = file("tables/topics.sql");
        parts.add(fill(topics, Map.of("database", "topic", "log", log(false), "compacted", compacted(false))));
        parts.add(fill(topics, Map.of("database", "history", "log", log(true), "compacted", compacted(true))));
        String store = file("tables/store.sql");
        List<String> shards = installation.shards();
        if (shards.size() == 1) {
            parts.add(fill(store, Map.of("database", "store", "store", store(shards.get(0)))));
        } else {
            for (int i = 0; i < shards.size(); i++) {
                parts.add(fill(store, Map.of("database", shard(i), "store", store(shards.get(i)))));
            }
            parts.add(overShards(store));
        }
        parts.add(fill(file("tables/sandbox.sql"), Map.of("store", store(shards.get(0)))));
        return String.join("\n", parts);
    }

    private static String shard(int index) {
        return "store_" + (index + 1);
    }

    /** Each table of all shards as a view of the name that it has where there is one. */
    private String overShards(String store) {
        StringBuilder views = new StringBuilder("CREATE DATABASE store;\n");
        Matcher tables = TABLE.matcher(store);
        while (tables.find()) {
            String table = tables.group(1);
            List<String> shards = new ArrayList<>();
            for (int i = 0; i < installation.shards().size(); i++) {
                shards.add("SELECT * FROM " + shard(i) + "." + table);
            }
            views.append("CREATE VIEW store.")
                    .append(table)
                    .append(" AS ")
                    .append(String.join(" UNION ALL ", shards))
                    .append(";\n");
        }
        return views.toString();
    }

    private String log(boolean bounded) {
        Map<String, String> options = kafka(bounded);
        options.put("scan.startup.mode", "earliest-offset");
        return text(options);
    }

    /** A compacted topic is always read from its first record. */
    private String compacted(boolean bounded) {
        return text(kafka(bounded));
    }

    private Map<String, String> kafka(boolean bounded) {
        Map<String, String> options = new LinkedHashMap<>();
        installation.kafkaAccess().forEach((name, value) -> options.put("properties." + name, value));
        options.put("properties.bootstrap.servers", installation.kafka());
        options.put("properties.isolation.level", "read_committed");
        if (bounded) {
            options.put("scan.bounded.mode", "latest-offset");
        }
        return options;
    }

    private String store(String shard) {
        Map<String, String> options = new LinkedHashMap<>();
        options.put("connector", "jdbc");
        options.put("url", "jdbc:ch:" + shard + "/default");
        options.put("username", installation.user());
        options.put("password", installation.password());
        return text(options);
    }

    private static String text(Map<String, String> options) {
        return options.entrySet().stream()
                .map(option -> literal(option.getKey()) + " = " + literal(option.getValue()))
                .collect(Collectors.joining(",\n  "));
    }

    private static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    private String file(String name) throws IOException {
        return Files.readString(directory.resolve(name));
    }

    private static String fill(String template, Map<String, String> values) {
        return PLACEHOLDER.matcher(template).replaceAll(found -> Matcher.quoteReplacement(values.get(found.group(1))));
    }
}
