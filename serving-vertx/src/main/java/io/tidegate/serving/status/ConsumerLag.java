package io.tidegate.serving.status;

import io.tidegate.contracts.KafkaAccess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** How far the product's consumer groups have committed. Never blocks. */
final class ConsumerLag implements AutoCloseable {

    /**
     * @param records between the group's last commit and the end of the topic, over all partitions with a commit
     */
    record Lag(String group, String topic, long records) {}

    private static final String PREFIX = "tidegate-";
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final Admin admin;

    ConsumerLag(String bootstrapServers, String clientId) {
        this.admin = Admin.create(KafkaAccess.with(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                AdminClientConfig.CLIENT_ID_CONFIG,
                clientId + "-lag",
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                (int) TIMEOUT.toMillis(),
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                (int) TIMEOUT.toMillis())));
    }

    /** By group and topic; fails when Kafka doesn't answer. */
    CompletableFuture<List<Lag>> read() {
        // Futures of Kafka's are read-only, and so is what is derived from them; this one is the caller's.
        CompletableFuture<List<Lag>> answer = new CompletableFuture<>();
        ask().whenComplete((lags, failure) -> {
            if (failure != null) {
                answer.completeExceptionally(failure);
            } else {
                answer.complete(lags);
            }
        });
        return answer;
    }

    private CompletionStage<List<Lag>> ask() {
        return admin.listGroups(ListGroupsOptions.forConsumerGroups())
                .all()
                .toCompletionStage()
                .thenCompose(groups -> {
                    Map<String, ListConsumerGroupOffsetsSpec> specs = groups.stream()
                            .map(GroupListing::groupId)
                            .filter(group -> group.startsWith(PREFIX))
                            .distinct()
                            .collect(Collectors.toMap(group -> group, group -> new ListConsumerGroupOffsetsSpec()));
                    return specs.isEmpty()
                            ? CompletableFuture.completedFuture(
                                    Map.<String, Map<TopicPartition, OffsetAndMetadata>>of())
                            : admin.listConsumerGroupOffsets(specs).all().toCompletionStage();
                })
                .thenCompose(this::withEnds);
    }

    private CompletionStage<List<Lag>> withEnds(Map<String, Map<TopicPartition, OffsetAndMetadata>> committed) {
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        committed.values().forEach(offsets -> offsets.keySet().forEach(at -> wanted.put(at, OffsetSpec.latest())));
        return admin.listOffsets(wanted).all().toCompletionStage().thenApply(ends -> lags(committed, ends));
    }

    private static List<Lag> lags(
            Map<String, Map<TopicPartition, OffsetAndMetadata>> committed,
            Map<TopicPartition, ListOffsetsResult.ListOffsetsResultInfo> ends) {
        List<Lag> lags = new ArrayList<>();
        committed.forEach((group, offsets) -> {
            Map<String, Long> byTopic = new TreeMap<>();
            offsets.forEach((partition, offset) -> {
                // A partition without a commit comes as null.
                if (offset != null && ends.containsKey(partition)) {
                    byTopic.merge(
                            partition.topic(), Math.max(0, ends.get(partition).offset() - offset.offset()), Long::sum);
                }
            });
            byTopic.forEach((topic, records) -> lags.add(new Lag(group, topic, records)));
        });
        lags.sort(Comparator.comparing(Lag::group).thenComparing(Lag::topic));
        return lags;
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
    }
}
