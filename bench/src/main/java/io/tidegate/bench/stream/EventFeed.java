package io.tidegate.bench.stream;

import io.tidegate.bench.process.Commands;
import io.tidegate.contracts.KafkaAccess;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Event;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes {@link RandomEvents} to topic {@code events}, in a process of its own. Its command {@code feed RATE SECONDS} writes at that rate and
 * answers when all of it is acknowledged. Arguments: bootstrap servers, what names of users begin with, users, bets to a high one.
 */
final class EventFeed {

    private static final long SEED = 42;

    private EventFeed() {}

    public static void main(String[] args) throws Exception {
        KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                KafkaAccess.with(Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        args[0],
                        ProducerConfig.COMPRESSION_TYPE_CONFIG,
                        "lz4",
                        ProducerConfig.LINGER_MS_CONFIG,
                        5)),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        RandomEvents events = new RandomEvents(args[1], Integer.parseInt(args[2]), Integer.parseInt(args[3]), SEED);
        Commands.obey(words -> {
            if (!words[0].equals("feed")) {
                throw new IllegalArgumentException("unknown: " + words[0]);
            }
            feed(producer, events, Integer.parseInt(words[1]), Integer.parseInt(words[2]));
            return "";
        });
    }

    private static void feed(KafkaProducer<byte[], byte[]> producer, RandomEvents events, int rate, int seconds) {
        long start = System.nanoTime();
        for (long i = 0; i < (long) rate * seconds; i++) {
            long due = start + i * TimeUnit.SECONDS.toNanos(1) / rate;
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            Event event = events.next();
            producer.send(new ProducerRecord<>(
                    Topics.EVENTS, event.getUserId().getBytes(StandardCharsets.US_ASCII), event.toByteArray()));
        }
        producer.flush();
    }
}
