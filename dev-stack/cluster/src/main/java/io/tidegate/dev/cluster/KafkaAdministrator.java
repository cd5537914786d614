package io.tidegate.dev.cluster;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.CommonClientConfigs;

/** Settings of Kafka clients that may do everything. */
final class KafkaAdministrator {

    private KafkaAdministrator() {}

    /**
     * @param file that {@link KafkaSecurity} has made; where it is missing, the brokers believe everybody
     * @return may be added to
     */
    static Map<String, Object> settings(Path file, String bootstrapServers) throws IOException {
        Map<String, Object> settings = new HashMap<>();
        if (Files.isRegularFile(file)) {
            Properties properties = new Properties();
            try (Reader reader = Files.newBufferedReader(file)) {
                properties.load(reader);
            }
            properties.stringPropertyNames().forEach(name -> settings.put(name, properties.getProperty(name)));
        }
        settings.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        return settings;
    }
}
