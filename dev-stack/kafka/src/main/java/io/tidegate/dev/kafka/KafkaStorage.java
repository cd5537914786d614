package io.tidegate.dev.kafka;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;

/** The data directory of a Kafka node, as {@code kafka-storage.sh format --ignore-formatted} makes it. */
public final class KafkaStorage {

    /** Any 16 bytes, the same for ever, so that formatting twice is harmless. */
    private static final String CLUSTER_ID = "dGlkZWdhdGUtZGV2a3JhZg";

    private KafkaStorage() {}

    /**
     * Formats the directory unless it is.
     *
     * @param nodeId of the node it belongs to from then on
     * @throws IllegalStateException when it can't be, or belongs to another node
     */
    public static void format(Path logs, int nodeId) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8)) {
            new Formatter()
                    .setPrintStream(out)
                    .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
                    .setClusterId(CLUSTER_ID)
                    .setNodeId(nodeId)
                    .setControllerListenerName("CONTROLLER")
                    .setMetadataLogDirectory(logs.toString())
                    .addDirectory(logs.toString())
                    .setIgnoreFormatted(true)
                    .run();
        } catch (Exception e) {
            throw new IllegalStateException(
                    "Kafka's directory " + logs + " can't be formatted: " + e.getMessage() + " "
                            + said.toString(StandardCharsets.UTF_8),
                    e);
        }
    }
}
