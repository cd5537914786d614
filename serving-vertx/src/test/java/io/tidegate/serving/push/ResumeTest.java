package io.tidegate.serving.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.AlertKind;
import io.tidegate.contracts.v1.Severity;
import io.tidegate.dev.clickhouse.ClickHouseProcess;
import io.tidegate.dev.clickhouse.Migrations;
import io.tidegate.dev.kafka.KafkaBroker;
import io.tidegate.dev.kafka.TopicSetup;
import io.tidegate.dev.kafka.WholeTopic;
import io.tidegate.serving.GatewayConfig;
import io.tidegate.serving.TestGateway;
import io.tidegate.serving.config.DataSize;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A listener that was away, with a real broker: it gets what it missed, in order, once; or it is told. */
class ResumeTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int PARTITIONS = 3;

    @TempDir
    static Path directory;

    private static KafkaBroker broker;
    /** What job archive writes to: one alone, or both as shards. Empty at the beginning of each test. */
    private static ClickHouseProcess clickhouse;

    private static ClickHouseProcess otherShard;

    private final List<Node> nodes = new ArrayList<>();

    @TempDir
    Path mine;

    /** A gateway of its own. */
    private record Node(Vertx vertx, PushHub hub, TestGateway gateway) {
        private TestListener analyst() {
            return TestListener.connectAs(gateway, gateway.token("ana", "analyst"));
        }
    }

    @BeforeAll
    static void start() throws IOException {
        broker = KafkaBroker.start(directory.resolve("kafka"));
        clickhouse = ClickHouseProcess.start(directory.resolve("clickhouse"));
        otherShard = ClickHouseProcess.start(directory.resolve("other-shard"));
        for (ClickHouseProcess shard : List.of(clickhouse, otherShard)) {
            Migrations.apply(shard.uri(), Path.of("../sql/clickhouse"));
        }
    }

    @AfterAll
    static void stop() throws IOException {
        otherShard.close();
        clickhouse.close();
        broker.stop();
    }

    @BeforeEach
    void emptyArchive() throws IOException {
        for (ClickHouseProcess shard : List.of(clickhouse, otherShard)) {
            shard.query("TRUNCATE TABLE tidegate.alerts");
        }
    }

    @BeforeEach
    void freshTopics() throws Exception {
        try (Admin admin = admin()) {
            Set<String> existing = admin.listTopics().names().get();
            if (existing.contains(Topics.ALERTS)) {
                admin.deleteTopics(List.of(Topics.ALERTS)).all().get();
                await().atMost(PATIENCE)
                        .until(() -> !admin.listTopics().names().get().contains(Topics.ALERTS));
            }
        }
        TopicSetup.ensure(broker.bootstrapServers(), PARTITIONS);
    }

    @AfterEach
    void stopGateways() {
        for (Node node : nodes) {
            node.gateway().close();
            TestGateway.await(node.vertx().close());
        }
    }

    private static Admin admin() {
        Properties config = new Properties();
        config.put("bootstrap.servers", broker.bootstrapServers());
        return Admin.create(config);
    }

    private Node gateway() {
        return gateway(ResumeConfig.DEFAULT, Archive.NONE);
    }

    private Node gateway(ResumeConfig resume, Archive archive) {
        Vertx vertx = Vertx.vertx();
        PushHub hub = new PushHub(new PushMetrics(new SimpleMeterRegistry()));
        TestGateway gateway = TestGateway.start(
                vertx,
                directoryOf(nodes.size()),
                PushModule.create(
                        vertx,
                        PushConfig.DEFAULT.withResume(resume),
                        hub,
                        broker.bootstrapServers(),
                        "test" + nodes.size(),
                        archive));
        Node node = new Node(vertx, hub, gateway);
        nodes.add(node);
        await().atMost(PATIENCE)
                .until(() -> hub.feed(Channel.Family.ALERTS).orElseThrow().isReady()
                        && hub.feed(Channel.Family.USER).orElseThrow().isReady());
        return node;
    }

    private Path directoryOf(int node) {
        try {
            return Files.createDirectories(mine.resolve("g" + node));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A journal that keeps next to nothing, so that history comes out of the log. */
    private static ResumeConfig forgetful() {
        return new ResumeConfig(3, DataSize.ofMebibytes(1), 500_000, 100_000, 2, 64, 1_000, Duration.ofSeconds(30));
    }

    private static KafkaProducer<byte[], byte[]> producer(String transactionalId) {
        Map<String, Object> config = new HashMap<>(Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                broker.bootstrapServers(),
                ProducerConfig.LINGER_MS_CONFIG,
                0));
        if (transactionalId != null) {
            config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
        }
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static void raise(KafkaProducer<byte[], byte[]> producer, String id, String subject) {
        raise(producer, id, subject, Severity.SEVERITY_WARNING);
    }

    private static void raise(KafkaProducer<byte[], byte[]> producer, String id, String subject, Severity severity) {
        byte[] alert = Alert.newBuilder()
                .setAlertId(id)
                .setKind(AlertKind.ALERT_KIND_FRAUD)
                .setRuleId("rapid-bets")
                .setSubject(subject)
                .setSeverity(severity)
                .setDetectedAtMs(1_772_402_400_123L)
                .build()
                .toByteArray();
        try {
            producer.send(new ProducerRecord<>(Topics.ALERTS, subject.getBytes(StandardCharsets.UTF_8), alert))
                    .get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A transaction with these, of one user. */
    private static void commit(KafkaProducer<byte[], byte[]> job, String... ids) {
        begin(job, ids);
        job.commitTransaction();
    }

    /** A transaction with these, of one user, that is aborted. */
    private static void abort(KafkaProducer<byte[], byte[]> job, String... ids) {
        begin(job, ids);
        job.abortTransaction();
    }

    private static void begin(KafkaProducer<byte[], byte[]> job, String... ids) {
        job.beginTransaction();
        for (String id : ids) {
            raise(job, id, "u1");
        }
    }

    private static void raise(String... ids) {
        try (KafkaProducer<byte[], byte[]> producer = producer(null)) {
            for (String id : ids) {
                raise(producer, id, "u1");
            }
        }
    }

    private static String[] ids(String prefix, int count) {
        String[] ids = new String[count];
        for (int i = 0; i < count; i++) {
            ids[i] = prefix + i;
        }
        return ids;
    }

    private static String id(JsonObject frame) {
        assertThat(frame.getString("op")).as(frame.encode()).isEqualTo("event");
        return frame.getJsonObject("data").getString("alertId");
    }

    private static List<String> take(TestListener listener, int count) {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(id(listener.nextJson()));
        }
        return ids;
    }

    @Test
    void aListenerThatWasAwayForAMomentGetsWhatItMissedOutOfMemoryAndThenGoesOn() {
        Node node = gateway();
        TestListener before = node.analyst();
        String start = before.subscribe("alerts", null);
        raise(ids("a", 5));
        String cursor = "";
        for (int i = 0; i < 3; i++) {
            cursor = before.nextJson().getString("cursor");
        }
        before.cut();
        raise(ids("b", 5));

        TestListener after = node.analyst();
        assertThat(after.subscribe("alerts", cursor)).isNull();
        assertThat(take(after, 7)).containsExactly("a3", "a4", "b0", "b1", "b2", "b3", "b4");
        raise("c0");
        assertThat(take(after, 1)).containsExactly("c0");

        TestListener nothingYet = node.analyst();
        nothingYet.subscribe("alerts:fraud", start);
        assertThat(take(nothingYet, 11)).startsWith("a0").endsWith("c0");
        nothingYet.expectNothingMore();
    }

    @Test
    void whatTheJournalHasForgottenComesOutOfTheLogAtAnyGateway() {
        Node first = gateway(forgetful(), Archive.NONE);
        TestListener before = first.analyst();
        before.subscribe("alerts");
        raise("a0");
        String cursor = before.nextJson().getString("cursor");
        before.cut();
        raise(ids("b", 2_000));
        Node second = gateway(forgetful(), Archive.NONE);

        for (Node node : List.of(first, second)) {
            TestListener after = node.analyst();
            after.subscribe("alerts", cursor);
            assertThat(take(after, 2_000)).containsExactly(ids("b", 2_000));
            after.expectNothingMore();
        }
    }

    @Test
    void aCopyAfterTheCursorOfWhatWasSeenBeforeItIsDroppedAtAnyGateway() {
        Node first = gateway(forgetful(), Archive.NONE);
        TestListener before = first.analyst();
        before.subscribe("alerts");
        String cursor;
        try (KafkaProducer<byte[], byte[]> failing = producer("job")) {
            failing.initTransactions();
            failing.beginTransaction();
            raise(failing, "a1", "u1");
            JsonObject seen = before.nextJson();
            assertThat(id(seen)).isEqualTo("a1");
            cursor = seen.getString("cursor");
            before.cut();
            raise(failing, "a2", "u1");
            failing.abortTransaction();
        }
        Node second = gateway(forgetful(), Archive.NONE);
        try (KafkaProducer<byte[], byte[]> restarted = producer("job")) {
            restarted.initTransactions();
            commit(restarted, Arrays.copyOfRange(ids("a", 10), 1, 10));
        }
        Node third = gateway(ResumeConfig.DEFAULT, Archive.NONE);

        for (Node node : List.of(first, second, third)) {
            TestListener after = node.analyst();
            after.subscribe("alerts", cursor);
            assertThat(take(after, 8)).containsExactly("a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9");
            after.expectNothingMore();
        }
    }

    @Test
    void aResumedListenerGetsOnlyWhatItsFilterLetsThrough() {
        Node node = gateway(forgetful(), Archive.NONE);
        TestListener before = node.analyst();
        String start = before.subscribe("alerts", null);
        try (KafkaProducer<byte[], byte[]> producer = producer(null)) {
            for (int i = 0; i < 20; i++) {
                raise(
                        producer,
                        "a" + i,
                        "u" + i % 2,
                        i % 5 == 0 ? Severity.SEVERITY_CRITICAL : Severity.SEVERITY_WARNING);
            }
            take(before, 20);

            TestListener after = node.analyst();
            after.send("{\"op\":\"subscribe\",\"channel\":\"alerts\",\"cursor\":\"" + start
                    + "\",\"filter\":{\"severity\":[\"critical\"],\"rule\":[\"rapid-bets\"],\"subject\":[\"u0\"]}}");
            assertThat(after.nextJson().getString("op")).isEqualTo("subscribed");
            assertThat(take(after, 2)).containsExactly("a0", "a10");
            raise(producer, "no", "u1", Severity.SEVERITY_CRITICAL);
            raise(producer, "yes", "u0", Severity.SEVERITY_CRITICAL);
            assertThat(take(after, 1)).containsExactly("yes");
        }
    }

    @Test
    void historyThatIsGoneIsAGapAndTheRestFollows() throws Exception {
        Node node = gateway(forgetful(), Archive.NONE);
        TestListener before = node.analyst();
        String start = before.subscribe("alerts", null);
        raise(ids("a", 20));
        take(before, 20);
        deleteAllBut(5);

        TestListener after = node.analyst();
        after.subscribe("alerts", start);

        JsonObject gap = after.nextJson();
        assertThat(gap.getString("op")).isEqualTo("gap");
        assertThat(gap.getString("from")).isLessThan(gap.getString("to"));
        assertThat(take(after, 5)).containsExactly("a15", "a16", "a17", "a18", "a19");
        after.expectNothingMore();
    }

    /** What retention did to the partition that has records. Returns the offset that is first now. */
    private static long deleteAllBut(int last) throws Exception {
        try (Admin admin = admin()) {
            for (int p = 0; p < PARTITIONS; p++) {
                TopicPartition partition = new TopicPartition(Topics.ALERTS, p);
                long end = admin.listOffsets(Map.of(partition, OffsetSpec.latest()))
                        .partitionResult(partition)
                        .get()
                        .offset();
                if (end > 0) {
                    admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(end - last)))
                            .all()
                            .get();
                    return end - last;
                }
            }
        }
        throw new IllegalStateException("there are no records");
    }

    @Test
    void whatKafkaNoLongerHasComesFromClickHouseAndTheSeamNeitherLosesNorRepeats() throws Exception {
        Archive archive = archiveOf(clickhouse);
        Node node = gateway(forgetful(), archive);
        TestListener before = node.analyst();
        String start = before.subscribe("alerts", null);
        raise(ids("a", 1_300));
        take(before, 1_300);
        int partition = archive(clickhouse);
        deleteAllBut(100);

        TestListener all = node.analyst();
        all.subscribe("alerts", start);
        assertThat(take(all, 1_300)).containsExactly(ids("a", 1_300));
        raise("b0");
        assertThat(take(all, 1)).containsExactly("b0");

        TestListener surges = node.analyst();
        surges.subscribe("alerts:surge", start);
        surges.expectNothingMore();

        // A shard that has stopped before the other: what is between may be missing.
        TestListener asked =
                gateway(forgetful(), archiveOf(clickhouse, otherShard)).analyst();
        asked.subscribe("alerts", start);
        assertThat(asked.nextJson().getString("op")).isEqualTo("gap");
        assertThat(take(asked, 1_301)).startsWith("a0").endsWith("b0");

        clickhouse.query("ALTER TABLE tidegate.alerts DELETE WHERE topic_partition = " + partition
                + " AND topic_offset < 1150 SETTINGS mutations_sync = 2");
        TestListener late = node.analyst();
        late.subscribe("alerts", start);
        assertThat(late.nextJson().getString("op")).isEqualTo("gap");
        assertThat(take(late, 151)).startsWith("a1150").endsWith("b0");
    }

    private static Archive archiveOf(ClickHouseProcess... shards) {
        List<URI> uris = Arrays.stream(shards).map(ClickHouseProcess::uri).toList();
        return new ClickHouseArchive(
                new GatewayConfig.ClickHouse(uris.get(0), uris, "tidegate", "default", "", Duration.ofSeconds(20), 2));
    }

    /** Stores the records of the topic as job archive does, one shard and another. Returns the partition of the last. */
    private static int archive(ClickHouseProcess... shards) throws Exception {
        List<List<String>> rows = Arrays.stream(shards)
                .map(shard -> (List<String>) new ArrayList<String>())
                .toList();
        int partition = -1;
        for (ConsumerRecord<byte[], byte[]> record : records()) {
            Alert alert = Alert.parseFrom(record.value());
            partition = record.partition();
            rows.get(shardOf(alert.getAlertId(), shards.length))
                    .add("('" + alert.getAlertId() + "','fraud','rapid-bets',1,'u1','warning','',[],"
                            + "fromUnixTimestamp64Milli(toInt64(" + alert.getDetectedAtMs() + "),'UTC'),"
                            + "fromUnixTimestamp64Milli(toInt64(" + record.timestamp() + "),'UTC'),"
                            + record.partition() + "," + record.offset() + ")");
        }
        for (int i = 0; i < shards.length; i++) {
            shards[i].query(
                    "INSERT INTO tidegate.alerts (alert_id, kind, rule_id, rule_version, subject, severity, message,"
                            + " event_ids, detected_at, raised_at, topic_partition, topic_offset) VALUES "
                            + String.join(",", rows.get(i)));
        }
        return partition;
    }

    /** Every other alert of those that are numbered one after the other. */
    private static int shardOf(String alertId, int shards) {
        return alertId.charAt(alertId.length() - 1) % shards;
    }

    @Test
    void moreThanTheLimitIsAGapAndALiveFeed() {
        ResumeConfig small =
                new ResumeConfig(3, DataSize.ofMebibytes(1), 10, 100_000, 2, 64, 1_000, Duration.ofSeconds(30));
        Node node = gateway(small, Archive.NONE);
        TestListener before = node.analyst();
        String start = before.subscribe("alerts", null);
        raise(ids("a", 20));
        take(before, 20);

        TestListener after = node.analyst();
        after.subscribe("alerts", start);

        assertThat(after.nextJson().getString("op")).isEqualTo("gap");
        raise("b0");
        assertThat(take(after, 1)).containsExactly("b0");
    }

    @Test
    void aForgedCursorBeyondTheEndOrOfAnotherTopicIsAGapNotSilence() {
        Node node = gateway(forgetful(), Archive.NONE);
        raise(ids("a", 10));
        await().until(() ->
                node.hub().feed(Channel.Family.ALERTS).orElseThrow().journal().size() == 3);
        Cursor present = node.hub().position(Channel.Family.ALERTS).orElseThrow();
        long[] far = {1L << 40, 1L << 40, 1L << 40};
        for (Cursor forged : List.of(
                new Cursor(1, present.life(), present.atMs(), far),
                new Cursor(1, present.life(), Long.MAX_VALUE, new long[500]),
                new Cursor(1, present.life() + 1, present.atMs(), new long[] {0, 0, 0}))) {
            TestListener listener = node.analyst();
            listener.subscribe("alerts", forged.encode());
            assertThat(listener.nextJson().getString("op")).isEqualTo("gap");
            raise("after" + forged.hashCode());
            JsonObject frame = listener.nextJson();
            while (!id(frame).startsWith("after")) {
                frame = listener.nextJson();
            }
        }
    }

    @Test
    void aListenerThatIsCutAHundredTimesBetweenTwoGatewaysGetsEveryCommittedAlertOnceAndInOrder() throws Exception {
        List<Node> both = List.of(gateway(forgetful(), Archive.NONE), gateway());
        Random random = new Random(11);
        TestListener listener = both.get(0).analyst();
        String cursor = listener.subscribe("alerts", null);
        Heard got = new Heard();
        try (FailingJob failing = new FailingJob(5)) {
            Thread job = new Thread(() -> failing.run(600));
            job.start();
            for (int cut = 1; cut <= 100; cut++) {
                // Where there is anything it is waited for, or whoever is behind would hear only what is in memory.
                for (int more = Math.min(random.nextInt(12), failing.highest - got.count()); more > 0; more--) {
                    cursor = got.next(listener);
                }
                listener.cut();
                listener = both.get(random.nextInt(2)).analyst();
                listener.subscribe("alerts", cursor);
            }
            job.join();
        }
        List<String> committed = committed();
        while (got.count() < committed.size()) {
            got.next(listener);
        }
        listener.expectNothingMore();

        assertThat(got.ids).containsExactlyInAnyOrderElementsOf(committed);
    }

    /** A job that fails now and then: writes alerts SUBJECT-NUMBER in order, in transactions, and what was aborted again. */
    private static final class FailingJob implements AutoCloseable {
        private static final int SUBJECTS = 7;
        /** What is left of each partition's log when the rest is deleted. */
        private static final int KEPT = 10;
        /** At least, of each partition that has any: an alert and the marker. */
        private static final int OFFSETS_OF_A_TRANSACTION = 2;

        private final Random random;
        private KafkaProducer<byte[], byte[]> producer;
        private int number;
        private volatile int highest;
        private int committed;

        private FailingJob(int seed) {
            random = new Random(seed);
            restart();
        }

        private static String id(int number) {
            return "s" + number % SUBJECTS + "-" + number;
        }

        private void restart() {
            close();
            producer = producer("fraud-job");
            producer.initTransactions();
        }

        private void transaction(int alerts, boolean commits) {
            producer.beginTransaction();
            for (int i = 0; i < alerts; i++) {
                raise(producer, id(number), "s" + number % SUBJECTS);
                number++;
            }
            highest = Math.max(highest, number);
            if (commits) {
                producer.commitTransaction();
                committed = number;
            } else {
                producer.abortTransaction();
                number = committed;
            }
        }

        private void anyTransaction() {
            if (random.nextInt(5) == 0) {
                restart();
            }
            transaction(1 + random.nextInt(20), random.nextInt(3) != 0);
        }

        /**
         * All that was ever raised is on record, and then first alerts of each subject, so many that {@link #KEPT} offsets of a partition begin among
         * them. Whoever has these is behind every copy of what was aborted: a listener that leaves between the two may get the
         * copy when the log is gone, and where the log begins within an aborted transaction, its copies come too early, see
         * docs/adr/0011-resume.md.
         */
        private void settle() {
            while (committed < highest) {
                transaction(highest - number, true);
            }
            for (int offsets = 0; offsets < KEPT; offsets += OFFSETS_OF_A_TRANSACTION) {
                transaction(SUBJECTS, true);
            }
        }

        /** Until so many are on record, and all that were ever raised. */
        private void run(int least) {
            while (committed < Math.max(least, highest)) {
                anyTransaction();
            }
        }

        @Override
        public void close() {
            if (producer != null) {
                producer.close();
            }
        }
    }

    @Test
    void aListenerThatIsCutAHundredTimesGetsTheStreamOfTheTopicOutOfMemoryLogAndTwoShards() throws Exception {
        AtomicBoolean running = new AtomicBoolean(true);
        try (FailingJob job = new FailingJob(7)) {
            Archive archive = archiveOf(clickhouse, otherShard);
            int inMemory = 40;
            ResumeConfig little = new ResumeConfig(
                    inMemory, DataSize.ofMebibytes(1), 500_000, 100_000, 2, 64, 1_000, Duration.ofSeconds(30));
            List<Node> both = List.of(gateway(little, archive), gateway(little, archive));
            Random random = new Random(13);
            ReentrantLock turn = new ReentrantLock(true);
            AtomicInteger heard = new AtomicInteger();
            FutureTask<Void> working = new FutureTask<>(() -> {
                while (running.get()) {
                    turn.lock();
                    try {
                        // The listener isn't to fall behind by ever more.
                        if (job.highest - heard.get() < 200) {
                            job.anyTransaction();
                        }
                    } finally {
                        turn.unlock();
                    }
                    Thread.sleep(1);
                }
                return null;
            });
            TestListener listener = both.get(0).analyst();
            String cursor = listener.subscribe("alerts", null);
            new Thread(working, "job").start();

            Heard got = new Heard();
            Map<Integer, TreeMap<Long, String>> topic = new TreeMap<>();
            for (int cut = 1; cut <= 100; cut++) {
                for (int more = random.nextInt(12); more > 0; more--) {
                    cursor = got.next(listener);
                    heard.set(got.count());
                }
                listener.cut();
                if (cut % 25 == 0) {
                    // Away for so long that the log has been deleted meanwhile.
                    turn.lock();
                    try {
                        job.settle();
                        TestListener last = both.get(0).analyst();
                        last.subscribe("alerts", cursor);
                        while (got.count() < job.committed) {
                            cursor = got.next(last);
                        }
                        last.cut();
                        for (int enough = job.committed + 2 * inMemory; job.committed < enough; ) {
                            job.anyTransaction();
                        }
                        job.settle();
                        note(topic);
                        both.forEach(node -> awaitRead(node, topic));
                        archive(clickhouse, otherShard);
                        keepNewest(FailingJob.KEPT);
                    } finally {
                        turn.unlock();
                    }
                }
                listener = both.get(random.nextInt(2)).analyst();
                listener.subscribe("alerts", cursor);
            }
            running.set(false);
            working.get();
            job.settle();
            note(topic);
            while (got.count() < job.committed) {
                got.next(listener);
            }
            listener.expectNothingMore();

            List<String> stream = new ArrayList<>();
            topic.values().forEach(partition -> stream.addAll(partition.values()));
            assertThat(stream).hasSize(job.committed);
            assertThat(got.ids).containsExactlyInAnyOrderElementsOf(stream);
        } finally {
            running.set(false);
        }
    }

    /** What a listener has heard of {@link FailingJob}: of each subject one alert after the other, none left out and none twice. */
    private static final class Heard {
        private final List<String> ids = new ArrayList<>();
        private final int[] due = IntStream.range(0, FailingJob.SUBJECTS).toArray();

        /** Adds an event. Returns its cursor. */
        private String add(JsonObject frame) {
            String id = id(frame);
            int subject = Integer.parseInt(id.substring(1, id.indexOf('-')));
            assertThat(id)
                    .as(
                            "what subject s%d hears, after %d alerts of which the last are %s",
                            subject, ids.size(), ids.subList(Math.max(0, ids.size() - 10), ids.size()))
                    .isEqualTo(FailingJob.id(due[subject]));
            due[subject] += FailingJob.SUBJECTS;
            ids.add(id);
            return frame.getString("cursor");
        }

        /** Adds the next event that comes. Returns its cursor. */
        private String next(TestListener listener) {
            JsonObject frame;
            try {
                frame = listener.nextJson();
            } catch (AssertionError silence) {
                throw new AssertionError(
                        "after " + ids.size() + " alerts, with these due: "
                                + Arrays.stream(due).mapToObj(FailingJob::id).toList(),
                        silence);
            }
            return add(frame);
        }

        private int count() {
            return ids.size();
        }
    }

    /** Adds what the topic holds on record, by partition and offset. */
    private static void note(Map<Integer, TreeMap<Long, String>> topic) throws Exception {
        for (ConsumerRecord<byte[], byte[]> record : records()) {
            topic.computeIfAbsent(record.partition(), unknown -> new TreeMap<>())
                    .put(record.offset(), Alert.parseFrom(record.value()).getAlertId());
        }
    }

    /** So that what is deleted now isn't a loss to its live feed. */
    private static void awaitRead(Node node, Map<Integer, TreeMap<Long, String>> topic) {
        await().atMost(PATIENCE).until(() -> {
            Cursor place = node.hub().position(Channel.Family.ALERTS).orElseThrow();
            return topic.entrySet().stream()
                    .allMatch(partition -> place.next(partition.getKey())
                            > partition.getValue().lastKey());
        });
    }

    /** What retention does: only so many offsets of each partition are left. */
    private static void keepNewest(int offsets) throws Exception {
        try (Admin admin = admin()) {
            for (int p = 0; p < PARTITIONS; p++) {
                TopicPartition partition = new TopicPartition(Topics.ALERTS, p);
                long end = admin.listOffsets(Map.of(partition, OffsetSpec.latest()))
                        .partitionResult(partition)
                        .get()
                        .offset();
                admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(Math.max(0, end - offsets))))
                        .all()
                        .get();
            }
        }
    }

    @Test
    void whoLeftBeforeACopyAndComesBackWithoutTheLogGetsItUnderTheSameIdOnceMoreAndNothingElse() throws Exception {
        try (KafkaProducer<byte[], byte[]> job = producer("job")) {
            Node node = gateway(forgetful(), archiveOf(clickhouse));
            job.initTransactions();
            commit(job, "a0");
            abort(job, "a1");
            TestListener before = node.analyst();
            before.subscribe("alerts", new Cursor(1, 0, new long[PARTITIONS]).encode());
            assertThat(id(before.nextJson())).isEqualTo("a0");
            JsonObject seen = before.nextJson();
            assertThat(id(seen)).isEqualTo("a1");
            before.cut();
            commit(job, Arrays.copyOfRange(ids("a", 12), 1, 12));
            archive(clickhouse);

            // While the log is whole: once.
            TestListener soon = node.analyst();
            soon.subscribe("alerts", seen.getString("cursor"));
            assertThat(take(soon, 10)).startsWith("a2").endsWith("a11");
            soon.expectNothingMore();

            // Nothing says any more that a1 was shown before it was on record.
            deleteAllBut(5);
            TestListener late = node.analyst();
            late.subscribe("alerts", seen.getString("cursor"));
            assertThat(take(late, 11)).startsWith("a1", "a2").endsWith("a11");
            late.expectNothingMore();
        }
    }

    /** Few others between, or more than one slice of history has. */
    @ParameterizedTest
    @ValueSource(ints = {1, 500})
    void anAlertThatWasFirstWrittenInVainBeforeTheLogBeginsComesAsTheCopyThatIsOnRecord(int others) throws Exception {
        try (KafkaProducer<byte[], byte[]> job = producer("job")) {
            // In the end its journal has the last three alerts, where they were written first.
            Node node = gateway(forgetful(), archiveOf(clickhouse));
            job.initTransactions();
            commit(job, "a0");
            TestListener before = node.analyst();
            String start = before.subscribe("alerts", null);
            before.cut();
            commit(job, "b0", "b1");
            abort(job, "a1");
            begin(job, ids("c", others));
            raise(job, "a1", "u1");
            raise(job, "a2", "u1");
            job.commitTransaction();
            archive(clickhouse);
            // Left are the others, a1, a2 and the marker of their transaction.
            deleteAllBut(others + 3);

            TestListener after = node.analyst();
            after.subscribe("alerts", start);

            assertThat(take(after, 2)).containsExactly("b0", "b1");
            assertThat(take(after, others)).containsExactly(ids("c", others));
            assertThat(take(after, 2)).containsExactly("a1", "a2");
            raise("a3");
            assertThat(take(after, 1)).containsExactly("a3");
            after.expectNothingMore();
        }
    }

    @Test
    void whereTheLogBeginsWithinAnAbortedTransactionEachAlertComesOnceThoughTheLaterOneFirst() throws Exception {
        try (KafkaProducer<byte[], byte[]> job = producer("job")) {
            Node node = gateway(forgetful(), archiveOf(clickhouse));
            job.initTransactions();
            commit(job, "a0");
            TestListener before = node.analyst();
            String start = before.subscribe("alerts", null);
            before.cut();
            commit(job, "b0", "b1");
            abort(job, "a1", "a2");
            commit(job, "a1", "a2", "a3");
            archive(clickhouse);
            // Left are a2 and the marker that aborts it, then a1, a2, a3 and the marker that commits them.
            deleteAllBut(6);

            TestListener after = node.analyst();
            after.subscribe("alerts", start);

            assertThat(take(after, 5)).containsExactly("b0", "b1", "a2", "a1", "a3");
            after.expectNothingMore();
        }
    }

    private static List<String> committed() throws Exception {
        List<String> ids = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records()) {
            ids.add(Alert.parseFrom(record.value()).getAlertId());
        }
        return ids;
    }

    /** The committed records of the topic, in order within a partition; no transaction is open. */
    private static List<ConsumerRecord<byte[], byte[]>> records() throws IOException {
        return WholeTopic.settled(broker.bootstrapServers(), Topics.ALERTS);
    }
}
