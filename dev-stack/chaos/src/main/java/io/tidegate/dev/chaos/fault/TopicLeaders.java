package io.tidegate.dev.chaos.fault;

import io.tidegate.contracts.Topics;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartitionInfo;

/** Which broker leads what at the moment. */
final class TopicLeaders {

    private static final int LIMIT_SECONDS = 20;

    private final Map<String, Object> kafkaClient;

    TopicLeaders(Map<String, Object> kafkaClient) {
        this.kafkaClient = Map.copyOf(kafkaClient);
    }

    /**
     * @param pick chooses the partition
     * @return the number of the broker
     */
    int ofEvents(int pick) throws IOException {
        try (Admin admin = Admin.create(kafkaClient)) {
            List<TopicPartitionInfo> partitions = admin.describeTopics(List.of(Topics.EVENTS))
                    .allTopicNames()
                    .get(LIMIT_SECONDS, TimeUnit.SECONDS)
                    .get(Topics.EVENTS)
                    .partitions();
            TopicPartitionInfo partition = partitions.get(pick % partitions.size());
            if (partition.leader() == null) {
                throw new IOException("partition " + partition.partition() + " of " + Topics.EVENTS + " has no leader");
            }
            return partition.leader().id();
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the leaders of topic " + Topics.EVENTS + " can't be had: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
