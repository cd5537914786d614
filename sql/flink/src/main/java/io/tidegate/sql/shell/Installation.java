package io.tidegate.sql.shell;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidegate.contracts.KafkaAccess;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

/**
 * Where the topics and the tables are.
 *
 * @param kafka bootstrap servers
 * @param kafkaAccess settings of a Kafka client by which it proves who it is; in the order in which they are written
 * @param shards of ClickHouse, over HTTP; at least one
 * @param user of ClickHouse
 * @param password of ClickHouse, may be empty
 */
record Installation(String kafka, Map<String, String> kafkaAccess, List<String> shards, String user, String password) {

    Installation {
        kafkaAccess = new TreeMap<>(kafkaAccess);
        shards = List.copyOf(shards);
        if (shards.isEmpty()) {
            throw new IllegalArgumentException("--clickhouse: at least one shard expected");
        }
        for (String shard : shards) {
            if (!shard.startsWith("http://") && !shard.startsWith("https://")) {
                throw new IllegalArgumentException("--clickhouse: http://HOST:PORT expected, got " + shard);
            }
        }
    }

    /** With the rights of this process: {@link KafkaAccess}, and {@code TIDEGATE_CLICKHOUSE_PASSWORD}. */
    static Installation of(String kafka, List<String> shards, String user) {
        return new Installation(
                kafka,
                KafkaAccess.settings(),
                shards,
                user,
                Optional.ofNullable(System.getenv("TIDEGATE_CLICKHOUSE_PASSWORD"))
                        .orElse(""));
    }

    /**
     * The demo whose data are in a directory.
     *
     * @throws IllegalArgumentException there is none
     */
    static Installation demo(Path directory) throws IOException {
        Properties ports = new Properties();
        try (Reader reader = Files.newBufferedReader(directory.resolve("ports.properties"))) {
            ports.load(reader);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("--demo: no demo has run in " + directory + " (scripts/demo)", e);
        }
        return of(
                "127.0.0.1:" + ports.getProperty("kafka.port"),
                List.of("http://127.0.0.1:" + ports.getProperty("clickhouse.port")),
                "default");
    }

    /**
     * The cluster of {@code scripts/cluster} in a directory.
     *
     * @throws IllegalArgumentException there is none
     */
    static Installation cluster(Path directory) throws IOException {
        JsonNode cluster;
        try {
            cluster = new ObjectMapper().readTree(Files.readAllBytes(directory.resolve("cluster.json")));
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("--cluster: there is none in " + directory + " (scripts/cluster up)", e);
        }
        List<String> shards = new ArrayList<>();
        cluster.path("clickhouse").forEach(shard -> shards.add(shard.asText()));
        Installation open = of(cluster.path("kafka").asText(), shards, "default");
        String administrator = cluster.path("kafkaAdministrator").asText("");
        if (administrator.isEmpty() || !open.kafkaAccess().isEmpty()) {
            return open;
        }
        // Its brokers ask for names, and none is given here: as whoever has made the cluster.
        Properties settings = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of(administrator))) {
            settings.load(reader);
        }
        Map<String, String> access = new TreeMap<>();
        settings.stringPropertyNames().forEach(name -> access.put(name, settings.getProperty(name)));
        return new Installation(
                cluster.path("kafkaAdministration").asText(), access, shards, open.user(), open.password());
    }
}
