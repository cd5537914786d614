package io.tidegate.bench.stream;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tidegate.bench.service.Broker;
import io.tidegate.bench.service.Directories;
import io.tidegate.bench.workload.Workload;
import io.tidegate.contracts.KafkaAccess;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.AlertKind;
import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.Severity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/**
 * The fraud job with rule {@value #RULE} as one would write it for Kafka Streams: repeats dropped by event id for an hour, the user's last bets
 * in a store, alerts to the topic, exactly once, a commit as often as the other has a checkpoint. Stores are in memory, with their changelogs. Ids are in
 * a key-value store that is swept, not in a window store: the one in memory looks at every millisecond of the hour for each id.
 */
final class StreamsJob implements RunningJob {

    static final String RULE = "probe-then-strike";

    private static final int PROBES = 3;
    private static final long FACTOR = 50;
    private static final long WINDOW_MS = Duration.ofMinutes(5).toMillis();
    private static final Duration HORIZON = Duration.ofHours(1);
    private static final Duration SWEEP = Duration.ofMinutes(10);
    private static final String SEEN = "seen";
    private static final String BETS = "bets";

    private final KafkaStreams streams;

    private StreamsJob(KafkaStreams streams) {
        this.streams = streams;
    }

    /** @param group its application id, by which it would find again what state it had */
    static StreamsJob start(Broker broker, Workload load, String group) {
        Properties properties = KafkaAccess.properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, group);
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, load.number("checkpointMs"));
        properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, load.number("parallelism"));
        properties.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
        properties.put(
                StreamsConfig.STATE_DIR_CONFIG,
                Directories.temporary("streams", () -> {}).toString());
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
        KafkaStreams streams = new KafkaStreams(topology(), properties);
        streams.start();
        return new StreamsJob(streams);
    }

    private static Topology topology() {
        return new Topology()
                .addSource(
                        "events",
                        Serdes.ByteArray().deserializer(),
                        Serdes.ByteArray().deserializer(),
                        Topics.EVENTS)
                .addProcessor("rule", Detection::new, "events")
                .addStateStore(
                        Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(SEEN), Serdes.String(), Serdes.Long()),
                        "rule")
                .addStateStore(
                        Stores.keyValueStoreBuilder(
                                Stores.inMemoryKeyValueStore(BETS), Serdes.String(), Serdes.ByteArray()),
                        "rule")
                .addSink(
                        "alerts",
                        Topics.ALERTS,
                        Serdes.ByteArray().serializer(),
                        Serdes.ByteArray().serializer(),
                        "rule");
    }

    @Override
    public void check() throws IOException {
        if (streams.state().hasCompletedShutdown() || streams.state() == KafkaStreams.State.PENDING_ERROR) {
            throw new IOException("Kafka Streams has ended: " + streams.state());
        }
    }

    @Override
    public void close() {
        streams.close(Duration.ofMinutes(1));
    }

    /** Of a bet that was: its time, amount and event id. */
    private record Bet(long timeMs, long amountE4, String eventId) {}

    private static final class Detection implements Processor<byte[], byte[], byte[], byte[]> {

        private ProcessorContext<byte[], byte[]> context;
        private KeyValueStore<String, Long> seen;
        private KeyValueStore<String, byte[]> bets;

        @Override
        public void init(ProcessorContext<byte[], byte[]> its) {
            context = its;
            seen = its.getStateStore(SEEN);
            bets = its.getStateStore(BETS);
            its.schedule(SWEEP, PunctuationType.STREAM_TIME, this::forget);
        }

        private void forget(long timeMs) {
            List<String> old = new ArrayList<>();
            try (var all = seen.all()) {
                while (all.hasNext()) {
                    var one = all.next();
                    if (one.value < timeMs - HORIZON.toMillis()) {
                        old.add(one.key);
                    }
                }
            }
            old.forEach(seen::delete);
        }

        @Override
        public void process(Record<byte[], byte[]> record) {
            Event event;
            try {
                event = Event.parseFrom(record.value());
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException("not an event", e);
            }
            if (event.hasTick() || isRepeat(event, record.timestamp())) {
                return;
            }
            if (event.hasBet()) {
                bet(event, record.timestamp());
            }
        }

        private boolean isRepeat(Event event, long timeMs) {
            String id = event.getUserId() + '\u0000' + event.getEventId();
            Long earlier = seen.get(id);
            if (earlier != null && earlier >= timeMs - HORIZON.toMillis()) {
                return true;
            }
            seen.put(id, timeMs);
            return false;
        }

        private void bet(Event event, long timeMs) {
            byte[] state = bets.get(event.getUserId());
            ByteBuffer stored = ByteBuffer.wrap(state == null ? new byte[8] : state);
            long silentUntilMs = stored.getLong();
            List<Bet> before = new ArrayList<>(PROBES + 1);
            while (stored.hasRemaining()) {
                long betMs = stored.getLong();
                long amountE4 = stored.getLong();
                byte[] id = new byte[stored.getShort()];
                stored.get(id);
                before.add(new Bet(betMs, amountE4, new String(id, StandardCharsets.UTF_8)));
            }
            long amountE4 = event.getBet().getAmountE4();
            if (before.size() == PROBES
                    && timeMs - before.get(0).timeMs() < WINDOW_MS
                    && amountE4 * PROBES
                            >= FACTOR * before.stream().mapToLong(Bet::amountE4).sum()
                    && timeMs >= silentUntilMs) {
                silentUntilMs = timeMs + WINDOW_MS;
                alert(event, before, timeMs);
            }
            before.add(new Bet(timeMs, amountE4, event.getEventId()));
            if (before.size() > PROBES) {
                before.remove(0);
            }
            bets.put(event.getUserId(), encoded(silentUntilMs, before));
        }

        private static byte[] encoded(long silentUntilMs, List<Bet> kept) {
            int size = 8;
            List<byte[]> ids = new ArrayList<>(PROBES);
            for (Bet bet : kept) {
                byte[] id = bet.eventId().getBytes(StandardCharsets.UTF_8);
                ids.add(id);
                size += 18 + id.length;
            }
            ByteBuffer state = ByteBuffer.allocate(size).putLong(silentUntilMs);
            for (int i = 0; i < kept.size(); i++) {
                state.putLong(kept.get(i).timeMs())
                        .putLong(kept.get(i).amountE4())
                        .putShort((short) ids.get(i).length)
                        .put(ids.get(i));
            }
            return state.array();
        }

        private void alert(Event strike, List<Bet> probes, long timeMs) {
            Alert.Builder alert = Alert.newBuilder()
                    .setAlertId(UUID.nameUUIDFromBytes(
                                    (strike.getUserId() + strike.getEventId()).getBytes(StandardCharsets.UTF_8))
                            .toString())
                    .setKind(AlertKind.ALERT_KIND_FRAUD)
                    .setRuleId(RULE)
                    .setRuleVersion(1)
                    .setSubject(strike.getUserId())
                    .setSeverity(Severity.SEVERITY_CRITICAL)
                    .setMessage("User " + strike.getUserId() + " placed small bets and then a large one.")
                    .setDetectedAtMs(timeMs)
                    .setStartedAtMs(probes.get(0).timeMs());
            probes.forEach(probe -> alert.addEventIds(probe.eventId()));
            alert.addEventIds(strike.getEventId());
            context.forward(new Record<>(
                    strike.getUserId().getBytes(StandardCharsets.UTF_8),
                    alert.build().toByteArray(),
                    timeMs));
        }
    }
}
