package io.tidegate.bench.ingest;

import io.tidegate.bench.service.Directories;
import io.tidegate.bench.workload.BetEvents;
import io.tidegate.contracts.Topics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.tools.ProducerPerformance;

/**
 * Kafka's own producer perf test, with the gateway's producer settings. It sends texts from a file, without keys; an interceptor puts the
 * very records in their place that the gateway would write, so that keys, partitions and compression are the same.
 */
final class PerfTest {

    private PerfTest() {}

    /** The tool keeps the percentiles of latency by itself; its report goes to standard output. */
    static void run(String bootstrapServers, BetEvents bets, int distinct, int records) throws Exception {
        SameRecords.prepare(bets, distinct);
        Path placeholder = Directories.temporary("perf", () -> {}).resolve("payload.txt");
        Files.writeString(placeholder, "placeholder\n");
        ProducerPerformance.main(new String[] {
            "--topic",
            Topics.EVENTS,
            "--num-records",
            Integer.toString(records),
            "--throughput",
            "-1",
            "--payload-file",
            placeholder.toString(),
            "--producer-props",
            "bootstrap.servers=" + bootstrapServers,
            "acks=all",
            "enable.idempotence=true",
            "compression.type=lz4",
            "linger.ms=5",
            "batch.size=" + 256 * 1024,
            "interceptor.classes=" + SameRecords.class.getName()
        });
    }

    /** Made by the producer, by name; the tool sends from one thread. */
    public static final class SameRecords implements ProducerInterceptor<byte[], byte[]> {

        private static byte[][] keys;
        private static byte[][] values;
        private int next;

        static void prepare(BetEvents bets, int distinct) {
            keys = new byte[distinct][];
            values = new byte[distinct][];
            for (int i = 0; i < distinct; i++) {
                keys[i] = bets.key(i);
                values[i] = bets.event(i).toByteArray();
            }
        }

        @Override
        public ProducerRecord<byte[], byte[]> onSend(ProducerRecord<byte[], byte[]> record) {
            int i = next;
            next = i + 1 == keys.length ? 0 : i + 1;
            return new ProducerRecord<>(record.topic(), keys[i], values[i]);
        }

        @Override
        public void onAcknowledgement(RecordMetadata metadata, Exception exception) {}

        @Override
        public void close() {}

        @Override
        public void configure(Map<String, ?> configs) {}
    }
}
