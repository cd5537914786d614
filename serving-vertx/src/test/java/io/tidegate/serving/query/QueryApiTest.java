package io.tidegate.serving.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tidegate.dev.clickhouse.ClickHouseProcess;
import io.tidegate.dev.clickhouse.Migrations;
import io.tidegate.serving.GatewayConfig;
import io.tidegate.serving.TestGateway;
import io.tidegate.serving.query.History.Event;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every answer is computed a second time here, from the events, in plain Java. */
class QueryApiTest {

    private static final Instant NOW = History.START.plus(Duration.ofDays(3));
    private static final String ALL = "from=2026-03-01&to=2026-03-06";

    @TempDir
    static Path directory;

    private static ClickHouseProcess clickhouse;
    private static Vertx vertx;
    private static TestGateway gateway;
    private static String analyst;
    private static List<Event> events;

    @BeforeAll
    static void start() throws IOException {
        clickhouse = ClickHouseProcess.start(directory.resolve("clickhouse"));
        Migrations.apply(clickhouse.uri(), Path.of("../sql/clickhouse"));
        events = History.events();
        History.store(events, clickhouse::query);
        storeAlerts();
        vertx = Vertx.vertx();
        gateway = TestGateway.start(vertx, directory, module(QueryConfig.DEFAULT));
        analyst = gateway.token("ana", "analyst");
    }

    private static QueryModule module(QueryConfig config) {
        GatewayConfig.ClickHouse store =
                new GatewayConfig.ClickHouse(clickhouse.uri(), "tidegate", "default", "", Duration.ofSeconds(10), 2);
        return new QueryModule(
                store,
                config,
                (from, to) -> Map.of(),
                Duration.ofMinutes(1),
                new SimpleMeterRegistry(),
                Clock.fixed(NOW, ZoneOffset.UTC));
    }

    /** 25 alerts, several of them in the same millisecond; one of them twice. */
    private static void storeAlerts() throws IOException {
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            rows.add("('a" + i + "','" + (i % 2 == 0 ? "fraud" : "surge") + "','rule-" + i % 3 + "',1,'s\\'" + i % 4
                    + "','warning','It happened, \"really\"',['e" + i + "','e\\'x'],fromUnixTimestamp64Milli(toInt64("
                    + alertTime(i) + "),'UTC'),now64(3),now64(3))");
        }
        rows.add(rows.get(3));
        clickhouse.query(
                "INSERT INTO tidegate.alerts (alert_id, kind, rule_id, rule_version, subject, severity, message,"
                        + " event_ids, detected_at, started_at, raised_at) VALUES " + String.join(",", rows));
    }

    private static long alertTime(int number) {
        return NOW.minus(Duration.ofHours(1)).toEpochMilli() + number / 5;
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        TestGateway.await(vertx.close());
        clickhouse.close();
    }

    private static JsonArray get(String pathAndQuery) {
        HttpResponse<String> response = gateway.get("/api/v1/" + pathAndQuery, analyst);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
        return new JsonArray(response.body());
    }

    private static List<JsonObject> rows(JsonArray array) {
        return array.stream().map(JsonObject.class::cast).toList();
    }

    private static <K extends Comparable<K>> Map<K, List<Event>> by(List<Event> some, Function<Event, K> key) {
        return some.stream().collect(Collectors.groupingBy(key, TreeMap::new, Collectors.toList()));
    }

    private static Instant start(Instant at, String bucket) {
        return switch (bucket) {
            case "minute" -> at.truncatedTo(ChronoUnit.MINUTES);
            case "hour" -> at.truncatedTo(ChronoUnit.HOURS);
            default -> at.truncatedTo(ChronoUnit.DAYS);
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"minute", "hour", "day"})
    void activityCountsEventsAndDistinctUsers(String bucket) {
        List<String> expected = new ArrayList<>();
        by(events, e -> start(e.at(), bucket)).forEach((start, inBucket) -> by(inBucket, Event::type)
                .forEach((type, some) -> expected.add(start + " " + type + " " + some.size() + " "
                        + History.users(some).size())));

        List<JsonObject> answer = rows(get("analytics/activity?bucket=" + bucket + "&" + ALL));

        assertThat(answer)
                .extracting(row -> Instant.parse(row.getString("bucket")) + " " + row.getString("type") + " "
                        + row.getLong("count") + " " + row.getLong("users"))
                .containsExactlyElementsOf(expected);
    }

    @Test
    void activityOfOneTypeWithinARangeCountsWholeMinutes() {
        Instant from = History.START.plusSeconds(3_600 + 17);
        Instant to = from.plusSeconds(1_800);
        Instant first = from.truncatedTo(ChronoUnit.MINUTES);
        Instant end = to.truncatedTo(ChronoUnit.MINUTES).plusSeconds(60);
        long expected = events.stream()
                .filter(e -> e.type().equals("like") && !e.at().isBefore(first) && e.at().isBefore(end))
                .count();

        List<JsonObject> answer =
                rows(get("analytics/activity?bucket=minute&type=like&from=" + from.toEpochMilli() + "&to=" + to));

        assertThat(answer).extracting(row -> row.getString("type")).containsOnly("like");
        assertThat(answer.stream().mapToLong(row -> row.getLong("count")).sum()).isEqualTo(expected);
    }

    @Test
    void topPostsAreRankedByNetLikes() {
        List<String> expected =
                by(events.stream().filter(e -> !e.post().isEmpty()).toList(), Event::post).entrySet().stream()
                        .map(post -> List.of(
                                post.getKey(),
                                count(post.getValue(), "like") - count(post.getValue(), "unlike"),
                                count(post.getValue(), "comment"),
                                count(post.getValue(), "share")))
                        .sorted(Comparator.<List<? extends Object>>comparingLong(row -> -(Long) row.get(1))
                                .thenComparing(row -> (String) row.get(0)))
                        .limit(3)
                        .map(List::toString)
                        .toList();

        List<JsonObject> answer = rows(get("analytics/top-posts?limit=3&" + ALL));

        assertThat(answer)
                .extracting(row -> List.of(
                                row.getString("postId"),
                                row.getLong("likes"),
                                row.getLong("comments"),
                                row.getLong("shares"))
                        .toString())
                .containsExactlyElementsOf(expected);
    }

    private static long count(List<Event> some, String type) {
        return some.stream().filter(e -> e.type().equals(type)).count();
    }

    @ParameterizedTest
    @ValueSource(strings = {"p1", "p'3", "пост"})
    void likesByDayRunUpAndCompareWithTheDayBeforeThoughItWasEmpty(String postId) {
        Map<LocalDate, Long> likes = new TreeMap<>();
        for (Event e : events) {
            if (e.post().equals(postId) && (e.type().equals("like") || e.type().equals("unlike"))) {
                likes.merge(
                        e.at().atZone(ZoneOffset.UTC).toLocalDate(), e.type().equals("like") ? 1L : -1L, Long::sum);
            }
        }
        List<LocalDate> days = new ArrayList<>(likes.keySet());
        List<String> expected = new ArrayList<>();
        long total = 0;
        long before = 0;
        for (LocalDate day = days.get(0); !day.isAfter(days.get(days.size() - 1)); day = day.plusDays(1)) {
            long today = likes.getOrDefault(day, 0L);
            total += today;
            expected.add(day + " " + today + " " + total + " " + (today - before));
            before = today;
        }

        Function<JsonObject, String> shown = row -> row.getString("day") + " " + row.getLong("likes") + " "
                + row.getLong("runningTotal") + " " + row.getLong("change");
        String path = "analytics/likes-by-day?postId=" + URLEncoder.encode(postId, StandardCharsets.UTF_8);

        assertThat(expected).hasSize(4);
        assertThat(rows(get(path))).extracting(shown).containsExactlyElementsOf(expected);
        assertThat(rows(get(path + "&from=2026-03-02&to=2026-03-04")))
                .extracting(shown)
                .containsExactlyElementsOf(expected.subList(1, 3));
    }

    @ParameterizedTest
    @CsvSource({"game,''", "city,EUR", "deviceType,''", "betType,USD", "user,''", "user,EUR"})
    void betsAddUpExactly(String groupBy, String currency) {
        Function<Event, String> key =
                switch (groupBy) {
                    case "game" -> Event::game;
                    case "city" -> Event::city;
                    case "deviceType" -> Event::device;
                    case "betType" -> Event::betType;
                    default -> Event::user;
                };
        List<Event> some = events.stream()
                .filter(e -> e.isBet() || e.isOutcome())
                .filter(e -> currency.isEmpty() || e.currency().equals(currency))
                .toList();
        Set<String> expected = new HashSet<>();
        by(some, key).forEach((group, all) -> {
            List<Event> bets = all.stream().filter(Event::isBet).toList();
            List<Event> withOdds =
                    bets.stream().filter(e -> e.odds().signum() > 0).toList();
            expected.add(group + " " + bets.size() + " " + number(total(bets, Event::amount)) + " "
                    + number(total(all, Event::payout)) + " " + average(bets, Event::amount) + " "
                    + average(withOdds, Event::odds));
        });

        String query =
                "analytics/bets?groupBy=" + groupBy + "&" + ALL + (currency.isEmpty() ? "" : "&currency=" + currency);
        HttpResponse<String> response = gateway.get("/api/v1/" + query, analyst);
        List<JsonObject> answer = rows(new JsonArray(response.body()));

        assertThat(answer)
                .extracting(row -> row.getString(groupBy) + " " + row.getLong("count") + " "
                        + number(decimal(row, "turnover")) + " " + number(decimal(row, "payout")) + " "
                        + number(decimal(row, "averageBet")) + " " + number(decimal(row, "averageOdds")))
                .containsExactlyInAnyOrderElementsOf(expected);
        assertThat(answer).extracting(row -> decimal(row, "turnover")).isSortedAccordingTo(Comparator.reverseOrder());
        assertThat(response.body()).doesNotContain("E+").doesNotContain("E-");
    }

    private static BigDecimal decimal(JsonObject row, String field) {
        return new BigDecimal(row.getValue(field).toString());
    }

    private static BigDecimal total(List<Event> some, Function<Event, BigDecimal> field) {
        return new BigDecimal(History.sum(some, field));
    }

    private static String average(List<Event> some, Function<Event, BigDecimal> field) {
        return number(total(some, field).divide(BigDecimal.valueOf(some.size()), 4, RoundingMode.HALF_UP));
    }

    private static String number(BigDecimal value) {
        return value.stripTrailingZeros().toPlainString();
    }

    @Test
    void alertsComeNewestFirstPageByPageEachOnce() {
        List<String> seen = new ArrayList<>();
        String page = "/api/v1/alerts?limit=7";
        int pages = 0;
        while (page != null) {
            HttpResponse<String> response = gateway.get(page, analyst);
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            rows(new JsonArray(response.body())).forEach(row -> seen.add(row.getString("alertId")));
            page = response.headers()
                    .firstValue("Link")
                    .map(link -> link.substring(1, link.indexOf('>')))
                    .orElse(null);
            assertThat(response.headers().firstValue("X-Next-Cursor").isPresent())
                    .isEqualTo(page != null);
            pages++;
        }

        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            expected.add("a" + i);
        }
        expected.sort(Comparator.<String>comparingLong(id -> -alertTime(Integer.parseInt(id.substring(1))))
                .thenComparing(Comparator.reverseOrder()));
        assertThat(seen).containsExactlyElementsOf(expected);
        assertThat(pages).isEqualTo(4);
    }

    @Test
    void anAlertHasEveryFieldOfTheContract() {
        JsonObject alert = rows(get("alerts?rule=rule-0&subject=s%273&limit=1")).get(0);

        assertThat(alert.encode())
                .isEqualTo("{\"alertId\":\"a15\",\"kind\":\"surge\",\"ruleId\":\"rule-0\",\"ruleVersion\":1,"
                        + "\"subject\":\"s'3\",\"severity\":\"warning\",\"message\":\"It happened, \\\"really\\\"\","
                        + "\"eventIds\":[\"e15\",\"e'x\"],\"detectedAt\":\"2026-03-04T21:10:00.003Z\"}");
    }

    @Test
    void everyReportCanBeHadAsCsvWithTheSameRowsAndFields() {
        for (String report : List.of(
                "analytics/activity?" + ALL,
                "analytics/top-posts?" + ALL,
                "analytics/likes-by-day?x=",
                "analytics/bets?groupBy=user&" + ALL,
                "alerts?limit=9")) {
            String path = "/api/v1/" + report.replace("?x=", "");
            HttpResponse<String> response = ask(path, "Accept", "text/csv");
            List<List<String>> csv = csv(response.body());
            List<JsonObject> json =
                    rows(new JsonArray(gateway.get(path, analyst).body()));

            assertThat(response.headers().firstValue("Content-Type"))
                    .contains("text/csv; charset=utf-8; header=present");
            assertThat(csv.get(0))
                    .as(path)
                    .containsExactlyElementsOf(json.get(0).fieldNames());
            assertThat(csv).as(path).hasSize(json.size() + 1);
            for (int i = 0; i < json.size(); i++) {
                assertThat(csv.get(i + 1))
                        .as(path)
                        .containsExactlyElementsOf(json.get(i).stream()
                                .map(field -> cell(field.getValue()))
                                .toList());
            }
            assertThat(ask(path + (path.contains("?") ? "&" : "?") + "format=csv", "Accept", "application/json")
                            .body())
                    .isEqualTo(response.body());
        }
    }

    private static String cell(Object value) {
        if (value == null) {
            return "";
        }
        if (value instanceof JsonArray array) {
            return array.encode();
        }
        return value instanceof Double ? new BigDecimal(value.toString()).toPlainString() : value.toString();
    }

    /** RFC 4180, read by its grammar. */
    private static List<List<String>> csv(String text) {
        List<List<String>> lines = new ArrayList<>();
        List<String> line = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted) {
                if (c == '"' && i + 1 < text.length() && text.charAt(i + 1) == '"') {
                    cell.append(c);
                    i++;
                } else if (c == '"') {
                    quoted = false;
                } else {
                    cell.append(c);
                }
            } else if (c == '"') {
                assertThat(cell).isEmpty();
                quoted = true;
            } else if (c == ',' || c == '\r') {
                line.add(cell.toString());
                cell.setLength(0);
                if (c == '\r') {
                    lines.add(line);
                    line = new ArrayList<>();
                    assertThat(text.charAt(++i)).isEqualTo('\n');
                }
            } else {
                cell.append(c);
            }
        }
        assertThat(cell).as("the last line is ended").isEmpty();
        return lines;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/json|application/json",
                "*/*|application/json",
                "text/html, application/xhtml+xml, */*;q=0.8|application/json",
                "text/csv|text/csv",
                "text/*|text/csv",
                "text/csv, */*;q=0.1|text/csv",
                "text/csv, */*|text/csv",
                "application/json;q=0.5, text/csv;q=0.9|text/csv",
                "application/json, text/csv;q=0.9|application/json",
                "text/csv;q=0, */*|application/json",
            })
    void theClientChoosesTheFormat(String accept, String type) {
        assertThat(ask("/api/v1/analytics/top-posts?" + ALL, "Accept", accept)
                        .headers()
                        .firstValue("Content-Type")
                        .orElseThrow())
                .startsWith(type);
    }

    @Test
    void aFormatThatThereIsNotIsRefused() {
        assertThat(ask("/api/v1/alerts", "Accept", "application/xml").statusCode())
                .isEqualTo(406);
        assertThat(gateway.get("/api/v1/alerts?format=xml", analyst).statusCode())
                .isEqualTo(400);
    }

    @Test
    void whoHasTheAnswerIsNotSentItAgain() {
        String path = "/api/v1/analytics/bets?" + ALL;
        HttpResponse<String> first = gateway.get(path, analyst);
        String etag = first.headers().firstValue("ETag").orElseThrow();

        for (String known : List.of(etag, "W/" + etag, "\"other\", " + etag, "*")) {
            HttpResponse<String> again = ask(path, "If-None-Match", known);
            assertThat(again.statusCode()).as(known).isEqualTo(304);
            assertThat(again.body()).isEmpty();
            assertThat(again.headers().firstValue("ETag")).contains(etag);
        }
        assertThat(ask(path, "If-None-Match", "\"other\"").statusCode()).isEqualTo(200);
        assertThat(first.headers().firstValue("Cache-Control")).contains("private, max-age=1");
        assertThat(first.headers().firstValue("Vary")).contains("Accept, Authorization");
        assertThat(gateway.get(path + "&format=csv", analyst).headers().firstValue("ETag"))
                .hasValueSatisfying(other -> assertThat(other).isNotEqualTo(etag));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"analytics/top-posts", "analytics/bets?groupBy=user", "analytics/bets?groupBy=city&currency=EUR"
            })
    void pageByPageIsTheWholeAnswer(String report) {
        String path = "/api/v1/" + report + (report.contains("?") ? "&" : "?") + ALL;
        List<JsonObject> whole =
                rows(new JsonArray(gateway.get(path + "&limit=1000", analyst).body()));
        List<JsonObject> seen = new ArrayList<>();
        Optional<String> page = Optional.of(path + "&limit=1");
        while (page.isPresent()) {
            HttpResponse<String> response = gateway.get(page.get(), analyst);
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            seen.addAll(rows(new JsonArray(response.body())));
            page = response.headers().firstValue("Link").map(link -> link.substring(1, link.indexOf('>')));
        }

        assertThat(whole).hasSizeGreaterThan(2);
        assertThat(seen).containsExactlyElementsOf(whole);
    }

    @Test
    void anAlertsStoryHasItsEventsInTheOrderOfTheMatch() throws IOException {
        Instant at = Instant.parse("2026-02-01T10:00:00Z");
        clickhouse.query(
                "INSERT INTO tidegate.alerts (alert_id, kind, rule_id, rule_version, subject, severity, message,"
                        + " event_ids, detected_at, started_at, raised_at) VALUES"
                        + " ('story','fraud','bet-escalation',3,'mia','warning','Bets"
                        + " grow',['s3','s1','s2','gone']," + time(at.plusSeconds(9)) + "," + time(at)
                        + ","
                        + time(at.plusSeconds(10)) + ")");
        String insert = "INSERT INTO tidegate.events (event_id, type, user_id, game_id, amount, odds, attributes,"
                + " occurred_at, ingested_at, appended_at, kafka_offset) VALUES ";
        for (int i = 1; i <= 3; i++) {
            String row = "('s" + i + "','bet','mia','g1'," + i + ".5,0,map('k','v\"" + i + "'),"
                    + time(at.plusSeconds(i - 60)) + "," + time(at.plusSeconds(i)) + "," + time(at.plusSeconds(i)) + ","
                    + i
                    + ")";
            // A repeat, another user's event of the same id, and one of that user's long before: none of them is part
            // of it.
            clickhouse.query(insert + row + "," + row + "," + row.replace("'mia'", "'max'") + ","
                    + row.replace(time(at.plusSeconds(i)), time(at.minusSeconds(9_000)))
                            .replace(time(at.plusSeconds(i - 60)), time(at.minusSeconds(9_000))));
        }

        JsonObject story =
                new JsonObject(gateway.get("/api/v1/alerts/story", analyst).body());

        assertThat(story.getString("ruleId")).isEqualTo("bet-escalation");
        assertThat(story.getInteger("ruleVersion")).isEqualTo(3);
        assertThat(story.getString("startedAt")).isEqualTo("2026-02-01T10:00:00.000Z");
        assertThat(story.getInteger("missingEvents")).isEqualTo(1);
        List<JsonObject> told = rows(story.getJsonArray("events"));
        assertThat(told).extracting(event -> event.getString("eventId")).containsExactly("s3", "s1", "s2");
        assertThat(told.get(1).encode())
                .isEqualTo("{\"eventId\":\"s1\",\"type\":\"bet\",\"userId\":\"mia\","
                        + "\"occurredAt\":\"2026-02-01T09:59:01.000Z\",\"ingestedAt\":\"2026-02-01T10:00:01.000Z\","
                        + "\"appendedAt\":\"2026-02-01T10:00:01.000Z\",\"gameId\":\"g1\",\"amount\":1.5,"
                        + "\"attributes\":{\"k\":\"v\\\"1\"}}");
    }

    private static String time(Instant at) {
        return "fromUnixTimestamp64Milli(toInt64(" + at.toEpochMilli() + "),'UTC')";
    }

    @Test
    void anAlertThatThereIsNotIsNotFoundAndItsIdIsOnlyAText() {
        for (String id : List.of("nobody", "%27%20OR%201%3D1%20--", "%3F", "a0%27")) {
            assertThat(gateway.get("/api/v1/alerts/" + id, analyst).statusCode())
                    .as(id)
                    .isEqualTo(404);
        }
        assertThat(gateway.get("/api/v1/alerts/a0?fields=all", analyst).statusCode())
                .isEqualTo(400);
        assertThat(gateway.get("/api/v1/alerts/a0", gateway.token("p", "producer"))
                        .statusCode())
                .isEqualTo(403);
    }

    private static HttpResponse<String> ask(String path, String header, String value) {
        try {
            return HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path))
                                    .header("Authorization", "Bearer " + analyst)
                                    .header(header, value)
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Test
    void alertsOutsideTheRangeAreNotShown() {
        assertThat(get("alerts?to=" + (alertTime(0)))).isEmpty();
        assertThat(get("alerts?from=" + alertTime(20) + "&to=" + (alertTime(24) + 1)))
                .hasSize(5);
    }

    @ParameterizedTest
    @CsvSource({
        "analytics/activity?bucket=week,                    bucket",
        "analytics/activity?bucket=minute%27,               bucket",
        "analytics/activity?type=dance,                     type",
        "analytics/activity?from=yesterday,                 from",
        "analytics/activity?from=2026-03-02&to=2026-03-01,  from",
        "analytics/activity?to=99999999999999999999,        to",
        "analytics/activity?to=9999-01-01T00:00:00Z,        to",
        "analytics/activity?tpye=like,                      tpye",
        "analytics/top-posts?limit=0,                       limit",
        "analytics/top-posts?limit=1001,                    limit",
        "analytics/top-posts?limit=1%3B%20DROP%20TABLE%20x, limit",
        "analytics/bets?groupBy=user_id,                    groupBy",
        "analytics/bets?groupBy=game&groupBy=city,          groupBy",
        "analytics/likes-by-day?postId=%00,                 postId",
        "alerts?cursor=x,                                   cursor",
        "alerts?sort=subject,                               sort",
    })
    void aBadParameterIsNamed(String path, String field) {
        HttpResponse<String> response = gateway.get("/api/v1/" + path, analyst);

        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(new JsonObject(response.body()).getString("field")).isEqualTo(field);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "' OR 1=1 --",
                "p1'; DROP TABLE tidegate.events; --",
                "\\' OR 1=1 --",
                "?",
                "{x:String}",
                "url('http://127.0.0.1')"
            })
    void sqlInAFilterIsOnlyAText(String text) {
        String encoded = URLEncoder.encode(text, StandardCharsets.UTF_8);

        assertThat(get("alerts?subject=" + encoded)).isEmpty();
        assertThat(get("alerts?rule=" + encoded)).isEmpty();
        assertThat(get("analytics/likes-by-day?postId=" + encoded)).isEmpty();
        assertThat(get("analytics/bets?currency=" + encoded)).isEmpty();
        assertThat(get("analytics/top-posts?" + ALL)).isNotEmpty();
    }

    @Test
    void aRangeOfTooManyBucketsIsRefusedBeforeItIsAsked() {
        HttpResponse<String> response =
                gateway.get("/api/v1/analytics/activity?bucket=minute&from=2020-01-01&to=2026-01-01", analyst);

        assertThat(response.statusCode()).isEqualTo(422);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "analytics/activity",
                "analytics/top-posts",
                "analytics/likes-by-day",
                "analytics/bets",
                "alerts",
            })
    void onlyAnalystsAndAdminsMayAsk(String path) {
        assertThat(gateway.get("/api/v1/" + path, null).statusCode()).isEqualTo(401);
        assertThat(gateway.get("/api/v1/" + path, gateway.token("p", "producer"))
                        .statusCode())
                .isEqualTo(403);
        assertThat(gateway.get("/api/v1/" + path, gateway.token("r", "admin")).statusCode())
                .isEqualTo(200);
    }
}
