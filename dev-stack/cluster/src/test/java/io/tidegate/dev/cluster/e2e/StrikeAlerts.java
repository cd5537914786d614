package io.tidegate.dev.cluster.e2e;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.dev.cluster.Strikes;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** When the alert of each strike was on its topic. */
final class StrikeAlerts implements AutoCloseable {

    private final Strikes strikes;
    private final Map<String, Long> alerted = new ConcurrentHashMap<>();
    private final Thread reader;
    private volatile boolean closed;

    private StrikeAlerts(Strikes strikes, Map<String, Object> kafkaClient) {
        this.strikes = strikes;
        this.reader = new Thread(() -> read(kafkaClient), "strike-alerts");
    }

    static StrikeAlerts of(Strikes strikes, Map<String, Object> kafkaClient) {
        StrikeAlerts alerts = new StrikeAlerts(strikes, kafkaClient);
        alerts.reader.start();
        return alerts;
    }

    int count() {
        return alerted.size();
    }

    /** Users who have struck and whose alert isn't there yet. */
    Set<String> missing() {
        return strikes.acknowledged().keySet().stream()
                .filter(user -> !alerted.containsKey(user))
                .collect(Collectors.toSet());
    }

    /** Whether there is an alert about a strike that was sent after this time, in epoch milliseconds. */
    boolean anySentAfter(long timeMs) {
        return strikes.acknowledged().entrySet().stream()
                .anyMatch(strike -> strike.getValue() > timeMs && alerted.containsKey(strike.getKey()));
    }

    private void read(Map<String, Object> kafkaClient) {
        Map<String, Object> settings = new HashMap<>(kafkaClient);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        // As the gateways read it.
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(consumer.partitionsFor(Topics.ALERTS).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList());
            while (!closed) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    Alert alert = Alert.parseFrom(record.value());
                    if (strikes.made(alert.getSubject())) {
                        alerted.putIfAbsent(alert.getSubject(), System.currentTimeMillis());
                    }
                }
            }
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("Not an alert on " + Topics.ALERTS, e);
        }
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        reader.join();
    }
}
