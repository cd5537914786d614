package io.tidegate.serving.push;

import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;

/** What time does to a topic. */
final class KafkaRetention {

    private KafkaRetention() {}

    /** The first record that partition 0 has afterwards is the one with this offset. */
    static void deleteUpTo(String bootstrapServers, String topic, long offset) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            admin.deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(offset)))
                    .all()
                    .get();
        }
    }
}
