package io.tidegate.dev.kafka.access;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What makes a broker ask for names: {@code deploy/kafka/security.properties} with its variables filled in.
 *
 * @param settings of the broker, on top of its others
 */
public record BrokerSecurity(Map<String, String> settings) {

    private static final Pattern VARIABLE = Pattern.compile("\\$\\{env:(\\w+)}");

    /**
     * @param file {@code security.properties}
     * @param certificates as {@link Certificates} makes them
     */
    public static BrokerSecurity of(Path file, Path certificates, String password) throws IOException {
        return new BrokerSecurity(filled(
                file,
                Map.of(
                        "KAFKA_TLS_DIRECTORY",
                        certificates.toAbsolutePath().toString(),
                        "KAFKA_TLS_PASSWORD",
                        password)));
    }

    /**
     * The settings of a file of ours with {@code ${env:NAME}} replaced, for whoever isn't a process of its own with these variables.
     *
     * @throws IllegalArgumentException if a variable has no value
     */
    public static Map<String, String> filled(Path file, Map<String, String> variables) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        Map<String, String> settings = new HashMap<>();
        for (String name : properties.stringPropertyNames()) {
            if (!name.startsWith("config.providers")) {
                settings.put(
                        name, VARIABLE.matcher(properties.getProperty(name)).replaceAll(found -> {
                            String value = variables.get(found.group(1));
                            if (value == null) {
                                throw new IllegalArgumentException(file + ": " + found.group(1) + " isn't given");
                            }
                            return Matcher.quoteReplacement(value);
                        }));
            }
        }
        return settings;
    }
}
