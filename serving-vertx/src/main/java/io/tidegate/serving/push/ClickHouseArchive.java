package io.tidegate.serving.push;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tidegate.contracts.EnumWords;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.AlertKind;
import io.tidegate.contracts.v1.BigWin;
import io.tidegate.contracts.v1.Milestone;
import io.tidegate.contracts.v1.Notification;
import io.tidegate.contracts.v1.NotificationKind;
import io.tidegate.contracts.v1.Severity;
import io.tidegate.contracts.v1.TakeABreak;
import io.tidegate.serving.GatewayConfig;
import io.tidegate.serving.auth.TenantScope;
import java.io.IOException;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rows that job {@code archive} has stored, found by their places in the topic. Committed records only.
 *
 * <p>The records of a partition are spread over all shards. They are asked one after the other, as somebody who comes back waits for
 * history anyway; if one doesn't answer there is no page.
 *
 * <p>One connection to each shard for each thread that asks; they live as long as the thread.
 */
public final class ClickHouseArchive implements Archive {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration ANSWER_GRACE = Duration.ofSeconds(2);
    /** Partitions are read independently: one may lag behind the newest time that a cursor tells. */
    private static final Duration LAG = Duration.ofHours(1);
    /** The last offset before a hole's end may be the marker of a transaction, which is no record. */
    private static final int MARKERS = 2;

    private static final Logger LOG = LoggerFactory.getLogger(ClickHouseArchive.class);
    private static final JsonFactory JSON = new JsonFactory();

    private final List<String> urls;
    private final Properties properties = new Properties();
    private final String settings;
    /** By URL. */
    private final ThreadLocal<Map<String, Connection>> connections = ThreadLocal.withInitial(HashMap::new);

    public ClickHouseArchive(GatewayConfig.ClickHouse config) {
        this.urls = config.shards().stream()
                .map(shard -> "jdbc:ch:" + shard + "/" + config.database())
                .toList();
        properties.setProperty("user", config.user());
        properties.setProperty("password", config.password());
        properties.setProperty("connection_timeout", Long.toString(CONNECT_TIMEOUT.toMillis()));
        properties.setProperty(
                "socket_timeout",
                Long.toString(config.queryTimeout().plus(ANSWER_GRACE).toMillis()));
        properties.setProperty("retry", "0");
        this.settings = " SETTINGS max_execution_time = "
                + Math.max(1, config.queryTimeout().toSeconds());
    }

    @Override
    public Page page(
            Channel.Family family,
            Channel channel,
            Filter filter,
            List<Hole> holes,
            long sinceMs,
            boolean first,
            int max)
            throws UnavailableException {
        long since = Math.max(0, sinceMs - LAG.toMillis());
        boolean alerts = family == Channel.Family.ALERTS;
        try {
            boolean mayMiss = first && mayMiss(alerts ? "alerts" : "notifications", holes, since);
            List<Row> rows = alerts
                    ? alerts(channel, filter, holes, since, max)
                    : notifications(channel, filter, holes, since, max);
            boolean more = rows.size() > max;
            return new Page(more ? rows.subList(0, max) : rows, more, mayMiss);
        } catch (SQLException | RuntimeException e) {
            disconnect();
            throw new UnavailableException(e);
        }
    }

    /** What shards have of a partition: the smallest offset, and the largest of those since the time that was asked about. */
    private record Kept(long first, long last) {
        private Kept with(Kept other) {
            return new Kept(Math.min(first, other.first), Math.max(last, other.last));
        }
    }

    /**
     * Whether it isn't certain that the archive has every record of the holes: it must know something from before each hole,
     * and something from its very end or after it; and every shard something that is as new as the last that any has of the holes, as each
     * is written to by itself. Rather once too often than not at all.
     */
    private boolean mayMiss(String table, List<Hole> holes, long since) throws SQLException {
        Map<Integer, Kept> known = new HashMap<>();
        long newestOfHoles = 0;
        long newestOfAllShards = Long.MAX_VALUE;
        for (String url : urls) {
            Query query = new Query()
                    .text("SELECT topic_partition, min(topic_offset), maxIf(topic_offset, raised_at >=")
                    .time(since)
                    .text("), toUnixTimestamp64Milli(max(raised_at)), toUnixTimestamp64Milli(maxIf(raised_at,")
                    .in(holes)
                    .text(")) FROM " + table + " WHERE topic_offset >= 0 GROUP BY topic_partition" + settings);
            long newest = 0;
            try (PreparedStatement statement = connection(url).prepareStatement(query.text.toString())) {
                query.bind(statement);
                try (ResultSet result = statement.executeQuery()) {
                    while (result.next()) {
                        known.merge(result.getInt(1), new Kept(result.getLong(2), result.getLong(3)), Kept::with);
                        newest = Math.max(newest, result.getLong(4));
                        newestOfHoles = Math.max(newestOfHoles, result.getLong(5));
                    }
                }
            }
            newestOfAllShards = Math.min(newestOfAllShards, newest);
        }
        for (Hole hole : holes) {
            Kept kept = known.get(hole.partition());
            if (kept == null || kept.first() > hole.from() || kept.last() < hole.to() - MARKERS) {
                return true;
            }
        }
        return newestOfAllShards < newestOfHoles;
    }

    /** A statement with the values of its parameters. */
    private static final class Query {
        private final StringBuilder text = new StringBuilder(512);
        private final List<Object> values = new ArrayList<>();

        private Query text(String part) {
            text.append(part);
            return this;
        }

        private Query value(Object value) {
            text.append('?');
            values.add(value);
            return this;
        }

        private Query in(String column, Set<String> any) {
            if (!any.isEmpty()) {
                text(" AND " + column + " IN (");
                int left = any.size();
                for (String each : any) {
                    value(each).text(--left == 0 ? ")" : ", ");
                }
            }
            return this;
        }

        private Query within(List<Hole> holes, long since) {
            return text(" WHERE raised_at >=").time(since).text(" AND").in(holes);
        }

        private Query time(long ms) {
            return text(" fromUnixTimestamp64Milli(toInt64(").value(ms).text("), 'UTC')");
        }

        private Query in(List<Hole> holes) {
            text(" (");
            int left = holes.size();
            for (Hole hole : holes) {
                text("topic_partition = ").value((long) hole.partition());
                text(" AND topic_offset >= ").value(hole.from());
                text(" AND topic_offset < ").value(hole.to()).text(--left == 0 ? ")" : " OR ");
            }
            return this;
        }

        private Query of(TenantScope scope) {
            return scope.tenant().isPresent()
                    ? text(" AND tenant = ").value(scope.tenant().get())
                    : this;
        }

        private void bind(PreparedStatement statement) throws SQLException {
            for (int i = 0; i < values.size(); i++) {
                if (values.get(i) instanceof Long number) {
                    statement.setLong(i + 1, number);
                } else {
                    statement.setString(i + 1, (String) values.get(i));
                }
            }
        }

        private Query firstOnes(int max, String settings) {
            return text(" ORDER BY topic_partition, topic_offset LIMIT ")
                    .value(max + 1L)
                    .text(settings);
        }
    }

    @FunctionalInterface
    private interface ItemReader {
        FeedItem read(ResultSet row) throws SQLException;
    }

    private List<Row> ask(Query query, int max, ItemReader reader) throws SQLException {
        List<Row> rows = new ArrayList<>();
        for (String url : urls) {
            try (PreparedStatement statement = connection(url).prepareStatement(query.text.toString())) {
                query.bind(statement);
                try (ResultSet result = statement.executeQuery()) {
                    while (result.next()) {
                        rows.add(new Row(result.getInt(1), result.getLong(2), result.getLong(3), reader.read(result)));
                    }
                }
            }
        }
        if (urls.size() == 1) {
            return rows;
        }
        // A record that was stored again after the number of shards had changed may be on two.
        Map<Place, Row> sorted = new TreeMap<>();
        rows.forEach(row -> sorted.putIfAbsent(new Place(row.partition(), row.offset()), row));
        return sorted.values().stream().limit(max + 1L).toList();
    }

    private record Place(int partition, long offset) implements Comparable<Place> {

        private static final Comparator<Place> ORDER =
                Comparator.comparingInt(Place::partition).thenComparingLong(Place::offset);

        @Override
        public int compareTo(Place other) {
            return ORDER.compare(this, other);
        }
    }

    private List<Row> alerts(Channel channel, Filter filter, List<Hole> holes, long since, int max)
            throws SQLException {
        Query query = new Query()
                .text("SELECT topic_partition, topic_offset, toUnixTimestamp64Milli(raised_at), alert_id, kind,"
                        + " rule_id, toInt64(rule_version), subject, severity, message, event_ids,"
                        + " toUnixTimestamp64Milli(detected_at), toUnixTimestamp64Milli(started_at), tenant FROM"
                        + " alerts FINAL")
                .within(holes, since)
                .of(filter.scope());
        if (channel.equals(Channel.ALERTS_FRAUD)) {
            query.text(" AND kind = 'fraud'");
        } else if (channel.equals(Channel.ALERTS_SURGE)) {
            query.text(" AND kind = 'surge'");
        }
        query.in("severity", filter.severities())
                .in("rule_id", filter.rules())
                .in("subject", filter.subjects())
                .firstOnes(max, settings);
        return ask(
                query,
                max,
                row -> new AlertItem(Alert.newBuilder()
                        .setAlertId(row.getString(4))
                        .setKind(EnumWords.ALERT_KINDS.parse(row.getString(5)).orElse(AlertKind.ALERT_KIND_UNSPECIFIED))
                        .setRuleId(row.getString(6))
                        .setRuleVersion(Math.toIntExact(row.getLong(7)))
                        .setSubject(row.getString(8))
                        .setSeverity(
                                EnumWords.SEVERITIES.parse(row.getString(9)).orElse(Severity.SEVERITY_UNSPECIFIED))
                        .setMessage(row.getString(10))
                        .addAllEventIds(texts(row, 11))
                        .setDetectedAtMs(row.getLong(12))
                        .setStartedAtMs(row.getLong(13))
                        .setTenant(row.getString(14))
                        .build()));
    }

    private List<Row> notifications(Channel channel, Filter filter, List<Hole> holes, long since, int max)
            throws SQLException {
        Query query = new Query()
                .text("SELECT topic_partition, topic_offset, toUnixTimestamp64Milli(raised_at), notification_id,"
                        + " kind, recipient, message, data, toUnixTimestamp64Milli(created_at), tenant FROM"
                        + " notifications FINAL")
                .within(holes, since)
                .of(filter.scope())
                .text(" AND recipient = ")
                .value(channel.id())
                .firstOnes(max, settings);
        return ask(query, max, row -> {
            Notification.Builder notification = Notification.newBuilder()
                    .setNotificationId(row.getString(4))
                    .setKind(EnumWords.NOTIFICATION_KINDS
                            .parse(row.getString(5))
                            .orElse(NotificationKind.NOTIFICATION_KIND_UNSPECIFIED))
                    .setRecipient(row.getString(6))
                    .setMessage(row.getString(7))
                    .setCreatedAtMs(row.getLong(9))
                    .setTenant(row.getString(10));
            data(notification, members(row.getString(8)));
            return NotificationItem.of(notification.build());
        });
    }

    private static List<String> texts(ResultSet row, int column) throws SQLException {
        Object array = row.getArray(column).getArray();
        return array instanceof String[] texts
                ? List.of(texts)
                : Arrays.stream((Object[]) array).map(String.class::cast).toList();
    }

    private static void data(Notification.Builder notification, Map<String, String> members) {
        switch (notification.getKind()) {
            case NOTIFICATION_KIND_MILESTONE ->
                notification.setMilestone(Milestone.newBuilder()
                        .setPostId(members.getOrDefault("postId", ""))
                        .setLikes(number(members, "likes")));
            case NOTIFICATION_KIND_BIG_WIN ->
                notification.setBigWin(BigWin.newBuilder()
                        .setBetId(members.getOrDefault("betId", ""))
                        .setGameId(members.getOrDefault("gameId", ""))
                        .setStakeE4(tenThousandths(members, "stake"))
                        .setPayoutE4(tenThousandths(members, "payout"))
                        .setCurrency(members.getOrDefault("currency", "")));
            case NOTIFICATION_KIND_TAKE_A_BREAK ->
                notification.setTakeABreak(TakeABreak.newBuilder()
                        .setBets(Math.toIntExact(number(members, "bets")))
                        .setWindowMs(TimeUnit.SECONDS.toMillis(number(members, "windowSeconds"))));
            default -> {
                // A kind that this gateway doesn't know: its message still says it.
            }
        }
    }

    private static long number(Map<String, String> members, String name) {
        return new BigDecimal(members.getOrDefault(name, "0")).longValue();
    }

    private static long tenThousandths(Map<String, String> members, String name) {
        return new BigDecimal(members.getOrDefault(name, "0")).movePointRight(4).longValue();
    }

    /** The members of a flat JSON object as texts. */
    private static Map<String, String> members(String object) {
        Map<String, String> members = new HashMap<>();
        try (JsonParser json = JSON.createParser(object)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                members.put(name, json.getText());
            }
        } catch (IOException e) {
            throw new IllegalStateException("a stored notification has data that is no JSON", e);
        }
        return members;
    }

    private Connection connection(String url) throws SQLException {
        Map<String, Connection> mine = connections.get();
        Connection connection = mine.get(url);
        if (connection == null) {
            connection = DriverManager.getConnection(url, properties);
            mine.put(url, connection);
        }
        return connection;
    }

    private void disconnect() {
        List<Connection> mine = List.copyOf(connections.get().values());
        connections.remove();
        for (Connection connection : mine) {
            try {
                connection.close();
            } catch (SQLException e) {
                LOG.debug("closing a connection to ClickHouse", e);
            }
        }
    }
}
