package io.tidegate.sql.shell;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.AlertKind;
import io.tidegate.contracts.v1.Bet;
import io.tidegate.contracts.v1.BetOutcome;
import io.tidegate.contracts.v1.BetResult;
import io.tidegate.contracts.v1.Comment;
import io.tidegate.contracts.v1.Counter;
import io.tidegate.contracts.v1.Deposit;
import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.Like;
import io.tidegate.contracts.v1.Login;
import io.tidegate.contracts.v1.Notification;
import io.tidegate.contracts.v1.NotificationKind;
import io.tidegate.contracts.v1.Post;
import io.tidegate.contracts.v1.PostCounters;
import io.tidegate.contracts.v1.Rule;
import io.tidegate.contracts.v1.Severity;
import io.tidegate.contracts.v1.Share;
import io.tidegate.contracts.v1.Tick;
import io.tidegate.contracts.v1.Unlike;
import io.tidegate.contracts.v1.Withdrawal;
import io.tidegate.dev.clickhouse.ClickHouseProcess;
import io.tidegate.dev.clickhouse.Migrations;
import io.tidegate.dev.kafka.KafkaBroker;
import io.tidegate.dev.kafka.TopicSetup;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.TableResult;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.Row;
import org.apache.flink.types.RowKind;
import org.apache.flink.util.CloseableIterator;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The tables and the worked queries of {@code sql/flink} on a real broker and a real engine, against plain code over the same events. */
class QueriesTest {

    @RegisterExtension
    static final MiniClusterExtension FLINK = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(4)
            .build());

    private static final Path FILES = Path.of("");
    private static final int PARTITIONS = 3;
    private static final long HAPPENED = Instant.parse("2026-11-01T00:00:00Z").toEpochMilli();
    /** Stakes in ten-thousandths: probes of at most 1, and strikes. */
    private static final long[] STAKES = {5_000, 10_000, 10_001, 250_000, 499_999, 500_000, 123_456_789};

    @TempDir
    static Path data;

    /** What Flink calls the catalog that is there from the start. */
    private static final String TABLES = "default_catalog";

    private static KafkaBroker broker;
    private static ClickHouseProcess clickHouse;
    private static TableEnvironment streaming;
    /** In the order in which they were sent, repeats and all. */
    private static List<Event> sent;

    @BeforeAll
    static void start() throws Exception {
        clickHouse = ClickHouseProcess.start(data.resolve("clickhouse"));
        Migrations.apply(clickHouse.uri(), FILES.resolve(Path.of("..", "clickhouse")));
        for (String statement : Statements.of(Files.readString(FILES.resolve("sandbox.sql")))) {
            clickHouse.query(statement);
        }
        broker = KafkaBroker.start(data.resolve("kafka"));
        TopicSetup.ensure(broker.bootstrapServers(), PARTITIONS);
        sent = events();
        try (KafkaProducer<byte[], byte[]> producer = producer("sql-test")) {
            producer.initTransactions();
            producer.beginTransaction();
            for (Event event : sent) {
                send(producer, Topics.EVENTS, event.getUserId(), event.toByteArray());
            }
            for (int partition = 0; partition < PARTITIONS; partition++) {
                byte[] tick = Event.newBuilder()
                        .setTick(Tick.getDefaultInstance())
                        .build()
                        .toByteArray();
                producer.send(new ProducerRecord<>(Topics.EVENTS, partition, null, tick));
            }
            send(producer, Topics.EVENTS, "u1", new byte[] {1, 2, 3});
            producer.commitTransaction();
            // What was taken back is in no table.
            producer.beginTransaction();
            send(producer, Topics.EVENTS, "u1", event("taken-back", "u1").setLogin(Login.getDefaultInstance()));
            send(producer, Topics.ALERTS, "u1", Alert.newBuilder().setAlertId("taken-back"));
            producer.abortTransaction();
        }
    }

    @AfterAll
    static void stop() throws IOException {
        broker.close();
        clickHouse.close();
    }

    @Test
    void completenessComparesTopicRowsAndWindows() throws Exception {
        // Given all rows but those of shares, and windows in two panes, one of which was corrected
        List<Event> stored = once().stream().filter(event -> !event.hasShare()).toList();
        store(stored);
        Map<String, Long> counts =
                stored.stream().collect(Collectors.groupingBy(QueriesTest::type, TreeMap::new, Collectors.counting()));
        for (Map.Entry<String, Long> count : counts.entrySet()) {
            for (Object[] row : new Object[][] {{0, 999, 1}, {0, count.getValue() - 1, 2}, {60_000, 1, 1}}) {
                clickHouse.query(("INSERT INTO tidegate.event_counts_1m (window_start, type, pane, events, version,"
                                + " updated_at) SELECT '2026-11-01 00:00:00', '%s', %s, %s, %s, now64(3)")
                        .formatted(count.getKey(), row[0], row[1], row[2]));
            }
        }

        // When
        List<Row> rows = run("completeness");

        // Then
        Map<String, Long> onTopic =
                once().stream().collect(Collectors.groupingBy(QueriesTest::type, TreeMap::new, Collectors.counting()));
        assertThat(onTopic).hasSize(10);
        assertThat(rows)
                .containsExactlyElementsOf(onTopic.entrySet().stream()
                        .map(type -> Row.of(
                                type.getKey(),
                                type.getValue(),
                                counts.getOrDefault(type.getKey(), 0L),
                                counts.getOrDefault(type.getKey(), 0L)))
                        .toList());
    }

    @Test
    void alertEvidenceLooksTheEventsUp() throws Exception {
        // Given
        List<Event> bets = once().stream().filter(Event::hasBet).limit(3).toList();
        clickHouse.query("TRUNCATE TABLE tidegate.events");
        store(bets);
        try (KafkaProducer<byte[], byte[]> producer = producer("alerts-test")) {
            producer.initTransactions();
            producer.beginTransaction();
            send(producer, Topics.ALERTS, "u1", alert("a1", AlertKind.ALERT_KIND_FRAUD, bets.get(0), bets.get(1)));
            send(producer, Topics.ALERTS, "u2", alert("a2", AlertKind.ALERT_KIND_FRAUD, bets.get(2)));
            send(producer, Topics.ALERTS, "p", alert("a3", AlertKind.ALERT_KIND_SURGE, bets.get(2)));
            producer.commitTransaction();
        }

        // When
        List<Row> rows = run("alert-evidence");

        // Then
        assertThat(rows)
                .containsExactlyInAnyOrder(
                        evidence("a1", bets.get(0)), evidence("a1", bets.get(1)), evidence("a2", bets.get(2)));
    }

    @Test
    void probeThenStrikeFindsThePattern() throws Exception {
        List<Row> rows = run("probe-then-strike");

        assertThat(strikes()).hasSizeGreaterThan(5);
        assertThat(rows).containsExactlyInAnyOrderElementsOf(strikes());
    }

    @Test
    void playerTotalsKeepsARowOfEachPlayerUpToDate() throws Exception {
        // When, twice, the second time over the rows of the first
        run("player-totals");
        run("player-totals");

        // Then
        Map<String, String> expected = new TreeMap<>();
        betsByUser()
                .forEach((user, bets) -> expected.put(
                        user,
                        bets.size() + "\t"
                                + money(bets.stream()
                                        .mapToLong(bet -> bet.getBet().getAmountE4())
                                        .sum())
                                + "\t"
                                + bets.stream()
                                        .mapToLong(Event::getOccurredAtMs)
                                        .max()
                                        .orElseThrow()));
        String stored = clickHouse.query("SELECT user_id, bets, toDecimalString(turnover, 4),"
                + " toUnixTimestamp64Milli(last_bet_at) FROM sandbox.player_totals FINAL ORDER BY user_id");
        assertThat(stored)
                .isEqualTo(expected.entrySet().stream()
                        .map(row -> row.getKey() + "\t" + row.getValue() + "\n")
                        .collect(Collectors.joining()));
        assertThat(query("batch", "SELECT user_id FROM sandbox.player_totals")).hasSameSizeAs(expected.keySet());
    }

    @Test
    void returnToPlayerJoinsOutcomesToTheirBets() throws Exception {
        List<Row> rows = run("return-to-player");

        Map<String, long[]> games = new TreeMap<>();
        for (Event bet : once()) {
            if (bet.hasBet()) {
                long[] game = games.computeIfAbsent(bet.getBet().getGameId(), id -> new long[3]);
                game[0]++;
                game[1] += bet.getBet().getAmountE4();
                game[2] += once().stream()
                        .filter(Event::hasBetOutcome)
                        .filter(outcome -> outcome.getUserId().equals(bet.getUserId())
                                && outcome.getBetOutcome()
                                        .getBetId()
                                        .equals(bet.getBet().getBetId()))
                        .mapToLong(outcome -> outcome.getBetOutcome().getPayoutE4())
                        .sum();
            }
        }
        assertThat(rows.stream()
                        .map(row -> row.getField(0) + " " + row.getField(1) + " " + row.getField(2) + " "
                                + row.getField(3)))
                .containsExactlyElementsOf(games.entrySet().stream()
                        .map(game -> game.getKey() + " " + game.getValue()[0] + " " + money(game.getValue()[1]) + " "
                                + money(game.getValue()[2]))
                        .toList());
        for (Row row : rows) {
            long[] game = games.get((String) row.getField(0));
            BigDecimal exact = BigDecimal.valueOf(game[2])
                    .multiply(BigDecimal.valueOf(100))
                    .divide(BigDecimal.valueOf(game[1]), 2, RoundingMode.HALF_UP);
            assertThat((BigDecimal) row.getField(4))
                    .isCloseTo(exact, org.assertj.core.data.Offset.offset(new BigDecimal("0.01")));
        }
    }

    @Test
    void theViewOfEventsHasEachFieldInItsColumn() throws Exception {
        List<Row> rows = query(
                "batch",
                "SELECT type, user_id, post_id, author_id, comment_id, bet_id, game_id, amount, currency, odds,"
                        + " bet_type, channel, city, device_type, `result`, payout, `method`, tenant, ip, device_id,"
                        + " country, attributes, occurred_at, ingested_at FROM history.events");

        assertThat(rows)
                .extracting(Row::toString)
                .containsExactlyInAnyOrderElementsOf(
                        sent.stream().map(event -> row(event).toString()).toList());
    }

    @Test
    void compactedTopicsAreTheirNewestValues() throws Exception {
        // Given
        try (KafkaProducer<byte[], byte[]> producer = producer("compacted-test")) {
            producer.initTransactions();
            producer.beginTransaction();
            send(producer, Topics.COUNTERS, "post/p1", counter("p1", 1));
            send(producer, Topics.COUNTERS, "post/p2", counter("p2", 5));
            send(producer, Topics.COUNTERS, "post/p1", counter("p1", 2));
            send(producer, Topics.COUNTERS, "post/p2", (byte[]) null);
            send(
                    producer,
                    Topics.RULES,
                    "rapid-bets",
                    Rule.newBuilder()
                            .setRuleId("rapid-bets")
                            .setVersion(3)
                            .setEnabled(true)
                            .setSeverity(Severity.SEVERITY_WARNING)
                            .putThresholdsE4("bets", 200_000));
            send(
                    producer,
                    Topics.NOTIFICATIONS,
                    "u1",
                    Notification.newBuilder()
                            .setNotificationId("n1")
                            .setKind(NotificationKind.NOTIFICATION_KIND_BIG_WIN)
                            .setRecipient("u1")
                            .setCreatedAtMs(HAPPENED));
            producer.commitTransaction();
        }

        // Then
        assertThat(newest(query("streaming", "SELECT counter_key, post.likes FROM history.counters")))
                .containsExactly(Row.of("post/p1", 2L));
        assertThat(query(
                        "streaming",
                        "SELECT rule_id, version, enabled, severity, thresholds_e4['bets'] FROM history.rules"))
                .containsExactly(Row.of("rapid-bets", 3, true, "SEVERITY_WARNING", 200_000L));
        assertThat(query("batch", "SELECT notification_id, kind, recipient, created_at FROM history.notifications"))
                .containsExactly(Row.of("n1", "big_win", "u1", time(HAPPENED)));
    }

    @Test
    void theTablesOfTheStoreHaveEveryColumnAndCanBeRead() throws Exception {
        // Given one row in each
        Map<String, List<String>> columns = new TreeMap<>();
        for (String line : clickHouse
                .query("SELECT table, name FROM system.columns WHERE database = 'tidegate'"
                        + " ORDER BY table, position")
                .split("\n")) {
            String[] column = line.split("\t");
            columns.computeIfAbsent(column[0], table -> new ArrayList<>()).add(column[1]);
        }
        columns.remove("schema_migrations");
        for (String table : columns.keySet()) {
            // Or it would have expired.
            List<String> times = clickHouse
                    .query("SELECT name FROM system.columns WHERE database = 'tidegate' AND table = '" + table
                            + "' AND type LIKE 'DateTime%'")
                    .lines()
                    .toList();
            clickHouse.query("INSERT INTO tidegate." + table + " (_lineage, " + String.join(", ", times)
                    + ") SELECT 'columns'" + ", now()".repeat(times.size()));
        }
        TableEnvironment sql = session("batch");

        // Then
        assertThat(sql.listTables(TABLES, "store")).containsExactlyInAnyOrderElementsOf(columns.keySet());
        columns.forEach((table, names) -> {
            assertThat(sql.from("store." + table).getResolvedSchema().getColumnNames())
                    .as(table)
                    .containsExactlyInAnyOrderElementsOf(names);
            assertThat(rows(sql, "SELECT * FROM store." + table + " WHERE _lineage = 'columns'"))
                    .as(table)
                    .hasSize(1);
        });
    }

    @Test
    void severalShardsAreReadAsOne() throws Exception {
        clickHouse.query(
                "INSERT INTO tidegate.completeness_1m (minute, topic, records) SELECT '2026-11-01 00:00:00', 'shards', 7");
        String shard = clickHouse.uri().toString();
        TableEnvironment sql = batch(streaming(List.of(shard, shard)));

        assertThat(rows(sql, "SELECT SUM(records) FROM store.completeness_1m WHERE topic = 'shards'"))
                .containsExactly(Row.of(14L));
        assertThat(rows(sql, "SELECT records FROM store_2.completeness_1m WHERE topic = 'shards'"))
                .containsExactly(Row.of(7L));
    }

    // The queries.

    private static List<Row> run(String name) throws Exception {
        List<String> statements =
                Statements.of(Files.readString(FILES.resolve("queries").resolve(name + ".sql")));
        assertThat(statements).hasSize(2);
        assertThat(statements.get(0)).startsWith("SET 'execution.runtime-mode' = '");
        String mode = statements.get(0).split("'")[3];
        return query(mode, statements.get(1));
    }

    private static List<Row> query(String mode, String query) throws IOException {
        return rows(session(mode), query);
    }

    /** What a changelog comes to. */
    private static List<Row> newest(List<Row> changes) {
        List<Row> rows = new ArrayList<>();
        for (Row change : changes) {
            boolean added = change.getKind() == RowKind.INSERT || change.getKind() == RowKind.UPDATE_AFTER;
            change.setKind(RowKind.INSERT);
            if (added) {
                rows.add(change);
            } else {
                rows.remove(change);
            }
        }
        return rows;
    }

    private static List<Row> rows(TableEnvironment sql, String query) {
        TableResult result = sql.executeSql(query);
        List<Row> rows = new ArrayList<>();
        try (CloseableIterator<Row> all = result.collect()) {
            all.forEachRemaining(rows::add);
        } catch (Exception e) {
            throw new AssertionError(query, e);
        }
        return rows;
    }

    /** A session over the broker and the engine. */
    private static TableEnvironment session(String mode) throws IOException {
        // Here, for only within a test its statements run on the cluster of this class.
        if (streaming == null) {
            streaming = streaming(List.of(clickHouse.uri().toString()));
        }
        return mode.equals("streaming") ? streaming : batch(streaming);
    }

    /** Tables are made by a streaming session, as the shell's is at first: a view over what never ends can't be made by another. */
    private static TableEnvironment streaming(List<String> shards) throws IOException {
        TableEnvironment sql = TableEnvironment.create(
                EnvironmentSettings.newInstance().inStreamingMode().build());
        Installation installation =
                new Installation(broker.bootstrapServers(), Map.of("client.id", "it's me"), shards, "default", "");
        sql.getConfig().set("parallelism.default", "1");
        for (String statement : Statements.of(new Tables(FILES, installation).script())) {
            if (statement.startsWith("SET ")) {
                String[] setting = statement.split("'");
                sql.getConfig().set(setting[1], setting[3]);
            } else {
                sql.executeSql(statement);
            }
        }
        return sql;
    }

    /** Over the same tables. A catalog that is there already can be handed over in no other way. */
    @SuppressWarnings("deprecation")
    private static TableEnvironment batch(TableEnvironment streaming) {
        TableEnvironment sql = TableEnvironment.create(EnvironmentSettings.newInstance()
                .inBatchMode()
                .withBuiltInCatalogName("unused")
                .build());
        sql.getConfig().addConfiguration(streaming.getConfig().getConfiguration());
        sql.getConfig().set("execution.runtime-mode", "batch");
        sql.registerCatalog(TABLES, streaming.getCatalog(TABLES).orElseThrow());
        sql.useCatalog(TABLES);
        return sql;
    }

    // The events.

    private static List<Event> events() {
        Random random = new Random(42);
        List<Event> events = new ArrayList<>();
        List<Event> bets = new ArrayList<>();
        bets.add(event("no-event", "nobody")
                .setBet(Bet.newBuilder().setBetId("no-bet"))
                .build());
        for (int i = 0; i < 600; i++) {
            String user = "u" + random.nextInt(12);
            String id = "e" + i;
            String post = "p" + random.nextInt(20);
            Event.Builder event = event(id, user).setOccurredAtMs(HAPPENED + i * 777L);
            switch (random.nextInt(20)) {
                case 0 -> event.setPost(Post.newBuilder().setPostId(post));
                case 1 -> event.setUnlike(Unlike.newBuilder().setPostId(post));
                case 2 -> event.setShare(Share.newBuilder().setPostId(post).setAuthorId("author"));
                case 3 -> event.setComment(Comment.newBuilder().setPostId(post).setCommentId("c" + i));
                case 4 ->
                    event.setDeposit(Deposit.newBuilder()
                            .setAmountE4(1 + random.nextLong(1_000_000_000_000L))
                            .setCurrency("EUR")
                            .setMethod("card"));
                case 5 ->
                    event.setWithdrawal(Withdrawal.newBuilder().setAmountE4(1).setMethod("bank"));
                case 6 ->
                    event.setLogin(Login.getDefaultInstance()).setCountry("LV").setTenant("t");
                case 7, 8, 9 -> event.setLike(Like.newBuilder().setPostId(post).setAuthorId("author"));
                case 10, 11, 12 -> {
                    Event bet = bets.get(random.nextInt(bets.size()));
                    event.setUserId(bet.getUserId())
                            .setBetOutcome(BetOutcome.newBuilder()
                                    .setBetId(bet.getBet().getBetId())
                                    .setGameId("g" + random.nextInt(4))
                                    .setResult(BetResult.forNumber(1 + random.nextInt(3)))
                                    .setPayoutE4(random.nextInt(1_000_000)));
                }
                default ->
                    event.setBet(Bet.newBuilder()
                            .setBetId("b" + i)
                            .setGameId("g" + random.nextInt(4))
                            .setAmountE4(STAKES[random.nextInt(STAKES.length)])
                            .setOddsE4(21_500)
                            .setBetType("single")
                            .setChannel("web")
                            .setCity("Riga")
                            .setDeviceType("mobile")
                            .setCurrency("EUR"));
            }
            if (i % 7 == 0) {
                event.putAttributes("source", "test").setIp("10.0.0.1").setDeviceId("d1");
            }
            events.add(event.build());
            if (event.hasBet()) {
                bets.add(event.build());
            }
            if (i % 25 == 0) {
                events.add(event.build());
            }
        }
        return List.copyOf(events);
    }

    private static Event.Builder event(String id, String user) {
        return Event.newBuilder().setEventId(id).setUserId(user).setIngestedAtMs(HAPPENED + 1);
    }

    private static Collection<Event> once() {
        return new LinkedHashSet<>(sent);
    }

    private static String type(Event event) {
        return event.getBodyCase().name().toLowerCase(java.util.Locale.ROOT);
    }

    private static Map<String, List<Event>> betsByUser() {
        return once().stream()
                .filter(Event::hasBet)
                .collect(Collectors.groupingBy(Event::getUserId, LinkedHashMap::new, Collectors.toList()));
    }

    private static List<Row> strikes() {
        Map<String, List<Event>> byUser = new HashMap<>();
        sent.stream().filter(Event::hasBet).forEach(bet -> byUser.computeIfAbsent(
                        bet.getUserId(), user -> new ArrayList<>())
                .add(bet));
        List<Row> strikes = new ArrayList<>();
        byUser.forEach((user, bets) -> {
            for (int i = 0; i + 1 < bets.size(); i++) {
                Event probe = bets.get(i);
                Event strike = bets.get(i + 1);
                if (probe.getBet().getAmountE4() <= 10_000
                        && strike.getBet().getAmountE4() >= 50 * probe.getBet().getAmountE4()) {
                    strikes.add(Row.of(
                            user,
                            probe.getEventId(),
                            amount(probe.getBet().getAmountE4()),
                            strike.getEventId(),
                            amount(strike.getBet().getAmountE4())));
                    i++;
                }
            }
        });
        return strikes;
    }

    private static Row evidence(String rule, Event bet) {
        return Row.of(
                rule,
                "subject",
                bet.getEventId(),
                "bet",
                amount(bet.getBet().getAmountE4()),
                time(bet.getOccurredAtMs()));
    }

    private static Row row(Event event) {
        String post = Stream.of(
                        event.getPost().getPostId(),
                        event.getLike().getPostId(),
                        event.getUnlike().getPostId(),
                        event.getShare().getPostId(),
                        event.getComment().getPostId())
                .collect(Collectors.joining());
        long amount = event.getBet().getAmountE4()
                + event.getDeposit().getAmountE4()
                + event.getWithdrawal().getAmountE4();
        BetOutcome outcome = event.getBetOutcome();
        return Row.of(
                type(event),
                event.getUserId(),
                post,
                event.getLike().getAuthorId() + event.getShare().getAuthorId(),
                event.getComment().getCommentId(),
                event.getBet().getBetId() + outcome.getBetId(),
                event.getBet().getGameId() + outcome.getGameId(),
                amount(amount),
                event.getBet().getCurrency() + event.getDeposit().getCurrency(),
                amount(event.getBet().getOddsE4()),
                event.getBet().getBetType(),
                event.getBet().getChannel(),
                event.getBet().getCity(),
                event.getBet().getDeviceType(),
                event.hasBetOutcome()
                        ? outcome.getResult().name().replace("BET_RESULT_", "").toLowerCase(java.util.Locale.ROOT)
                        : "",
                amount(outcome.getPayoutE4()),
                event.getDeposit().getMethod() + event.getWithdrawal().getMethod(),
                event.getTenant(),
                event.getIp(),
                event.getDeviceId(),
                event.getCountry(),
                event.getAttributesMap().isEmpty() ? null : event.getAttributesMap(),
                time(event.getOccurredAtMs()),
                time(event.getIngestedAtMs()));
    }

    private static void store(List<Event> events) throws IOException {
        String rows = events.stream()
                .map(event -> "('%s', '%s', '%s', %s, fromUnixTimestamp64Milli(%d, 'UTC'), now64(3), now64(3))"
                        .formatted(
                                event.getEventId(),
                                type(event),
                                event.getUserId(),
                                money(event.getBet().getAmountE4()),
                                event.getOccurredAtMs()))
                .collect(Collectors.joining(", "));
        clickHouse.query("INSERT INTO tidegate.events (event_id, type, user_id, amount, occurred_at, ingested_at,"
                + " appended_at) VALUES " + rows);
    }

    private static Alert.Builder alert(String rule, AlertKind kind, Event... matched) {
        Set<String> ids =
                Stream.of(matched).map(Event::getEventId).collect(Collectors.toCollection(LinkedHashSet::new));
        return Alert.newBuilder()
                .setAlertId("alert-" + rule)
                .setRuleId(rule)
                .setKind(kind)
                .setSubject("subject")
                .addAllEventIds(ids);
    }

    private static Counter.Builder counter(String post, long likes) {
        return Counter.newBuilder()
                .setPost(PostCounters.newBuilder().setPostId(post).setLikes(likes));
    }

    private static LocalDateTime time(long ms) {
        return LocalDateTime.ofInstant(Instant.ofEpochMilli(ms), ZoneOffset.UTC);
    }

    private static BigDecimal amount(long tenThousandths) {
        return BigDecimal.valueOf(tenThousandths, 4);
    }

    private static String money(long tenThousandths) {
        return amount(tenThousandths).toPlainString();
    }

    private static KafkaProducer<byte[], byte[]> producer(String transactionalId) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers(), "transactional.id", transactionalId),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private static void send(
            KafkaProducer<byte[], byte[]> producer,
            String topic,
            String key,
            com.google.protobuf.MessageLite.Builder value) {
        send(producer, topic, key, value.build().toByteArray());
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, String topic, String key, byte[] value) {
        producer.send(new ProducerRecord<>(topic, key.getBytes(java.nio.charset.StandardCharsets.UTF_8), value));
    }
}
