package io.tidegate.jobs.source;

import io.tidegate.contracts.KafkaAccess;
import java.io.IOException;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/** Asks the broker. */
record KafkaPartitionCount(String bootstrapServers, String topic) implements PartitionCount {

    @Override
    public int get() throws IOException {
        Properties properties = KafkaAccess.properties();
        properties.setProperty(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        try (Admin admin = Admin.create(properties)) {
            return admin.describeTopics(List.of(topic))
                    .allTopicNames()
                    .get()
                    .get(topic)
                    .partitions()
                    .size();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while asking for the partitions of topic " + topic, e);
        } catch (ExecutionException e) {
            throw new IOException("cannot describe topic " + topic, e.getCause());
        }
    }
}
