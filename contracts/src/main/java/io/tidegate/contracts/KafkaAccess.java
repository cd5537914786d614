package io.tidegate.contracts;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/**
 * How this process proves to the brokers who it is: the settings in the file that environment variable {@value #VARIABLE} names, or system
 * property {@value #PROPERTY}; {@code deploy/kafka/client.properties} is one. Neither given: brokers that ask nobody. Every client of ours
 * begins with them. What is secret is a placeholder there ({@code ${env:…}}), which the client itself fills in when it is made: it is
 * in no job's graph and no checkpoint.
 */
public final class KafkaAccess {

    public static final String VARIABLE = "TIDEGATE_KAFKA_CONFIG";
    public static final String PROPERTY = "tidegate.kafka.config";

    private KafkaAccess() {}

    /**
     * Those settings alone; a copy.
     *
     * @throws UncheckedIOException if the file can't be read
     */
    public static Properties properties() {
        Properties properties = new Properties();
        String file = System.getProperty(PROPERTY, System.getenv(VARIABLE));
        if (file != null && !file.isEmpty()) {
            try (Reader reader = Files.newBufferedReader(Path.of(file))) {
                properties.load(reader);
            } catch (IOException e) {
                throw new UncheckedIOException(VARIABLE + ": " + file + " can't be read", e);
            }
        }
        return properties;
    }

    /** As {@link #properties()}. */
    public static Map<String, String> settings() {
        Properties properties = properties();
        Map<String, String> settings = new HashMap<>();
        properties.stringPropertyNames().forEach(name -> settings.put(name, properties.getProperty(name)));
        return settings;
    }

    /** The settings of a client with these on top of them. */
    public static Map<String, Object> with(Map<String, ?> settings) {
        Map<String, Object> all = new HashMap<>(settings());
        all.putAll(settings);
        return all;
    }
}
