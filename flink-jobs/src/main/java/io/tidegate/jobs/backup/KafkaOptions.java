package io.tidegate.jobs.backup;

import io.tidegate.contracts.KafkaAccess;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import picocli.CommandLine.Option;

/** Where the brokers are: a picocli mixin. */
final class KafkaOptions {

    @Option(names = "--kafka", defaultValue = "127.0.0.1:9092", description = "default: ${DEFAULT-VALUE}")
    private String brokers;

    @Option(
            names = "--kafka-config",
            paramLabel = "FILE",
            description = "properties of Kafka clients; default: the file in TIDEGATE_KAFKA_CONFIG")
    private Path file;

    Map<String, Object> settings() throws IOException {
        Map<String, Object> settings = new HashMap<>();
        if (file == null) {
            settings.putAll(KafkaAccess.settings());
        } else {
            Properties properties = new Properties();
            try (InputStream in = Files.newInputStream(file)) {
                properties.load(in);
            }
            properties.stringPropertyNames().forEach(name -> settings.put(name, properties.getProperty(name)));
        }
        settings.put("bootstrap.servers", brokers);
        return settings;
    }
}
