package io.tidegate.serving.deadletters;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/** Where the broker of a platform on this machine listens, by the directory that holds it. */
final class BrokerAddress {

    private static final String CLUSTER = "cluster.json";
    private static final String DEMO = "ports.properties";

    private BrokerAddress() {}

    /**
     * @param directory of a cluster ({@code cluster.json}) or of a demo ({@code ports.properties})
     * @throws IOException if it is neither, in words for the operator
     */
    static String in(Path directory) throws IOException {
        Path cluster = directory.resolve(CLUSTER);
        if (Files.exists(cluster)) {
            return ofCluster(cluster);
        }
        Path demo = directory.resolve(DEMO);
        if (Files.exists(demo)) {
            Properties ports = new Properties();
            try (Reader reader = Files.newBufferedReader(demo)) {
                ports.load(reader);
            }
            return "127.0.0.1:" + ports.getProperty("kafka.port");
        }
        throw new IOException(directory + " holds neither a running cluster nor a demo; name the broker with --kafka");
    }

    private static String ofCluster(Path file) throws IOException {
        try (JsonParser json = new JsonFactory().createParser(file.toFile())) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                if (name.equals("kafka")) {
                    return json.getText();
                }
                json.skipChildren();
            }
        }
        throw new IOException(file + " names no broker; name it with --kafka");
    }
}
