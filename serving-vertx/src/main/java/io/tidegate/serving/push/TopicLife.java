package io.tidegate.serving.push;

import io.tidegate.contracts.KafkaAccess;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Tells a topic from another one that had its name before: a short hash of the id that Kafka gave it. */
final class TopicLife {

    /** 27 bits: four bytes in a cursor. */
    private static final int MASK = (1 << 27) - 1;

    private static final int TIMEOUT_MS = 10_000;

    private TopicLife() {}

    /**
     * Asks the broker. Blocks.
     *
     * @return never {@link Cursor#UNKNOWN_LIFE} where the broker knows topic ids
     */
    static long of(String bootstrapServers, String topic, String clientId) throws Exception {
        Map<String, Object> config = KafkaAccess.with(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                AdminClientConfig.CLIENT_ID_CONFIG,
                clientId,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                TIMEOUT_MS,
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                TIMEOUT_MS));
        try (Admin admin = Admin.create(config)) {
            return of(admin.describeTopics(List.of(topic))
                    .topicNameValues()
                    .get(topic)
                    .get()
                    .topicId());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                throw new IllegalStateException("topic " + topic + " doesn't exist (yet)", e);
            }
            throw e;
        }
    }

    static long of(Uuid id) {
        if (id == null || id.equals(Uuid.ZERO_UUID)) {
            return Cursor.UNKNOWN_LIFE;
        }
        long life = (id.getMostSignificantBits() ^ id.getLeastSignificantBits()) & MASK;
        return life == Cursor.UNKNOWN_LIFE ? 1 : life;
    }
}
