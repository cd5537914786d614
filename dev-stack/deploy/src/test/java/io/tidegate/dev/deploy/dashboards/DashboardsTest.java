package io.tidegate.dev.deploy.dashboards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidegate.dev.clickhouse.ClickHouseProcess;
import io.tidegate.dev.clickhouse.Migrations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Grafana can't be run here, so its dashboards are read as it would: every panel's SQL goes to the real engine, with the macros expanded
 * as the plugin does, over two hours of rows in every table that a panel asks; an error or an empty answer fails.
 */
class DashboardsTest {

    private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
    private static final Set<String> SOURCES = Set.of("tidegate-clickhouse", "tidegate-prometheus");
    private static final Pattern ANCHOR = Pattern.compile("\\$\\{docs}/operations\\.md#(\\w+)");

    @TempDir
    static Path data;

    private static ClickHouseProcess engine;
    private static List<Dashboard> dashboards;

    private record Dashboard(String file, JsonNode json) {}

    @BeforeAll
    static void start() throws IOException {
        dashboards = new ArrayList<>();
        ObjectMapper mapper = new ObjectMapper();
        try (Stream<Path> files = Files.list(ROOT.resolve("grafana/dashboards"))) {
            for (Path file : files.sorted().toList()) {
                dashboards.add(new Dashboard(file.getFileName().toString(), mapper.readTree(file.toFile())));
            }
        }
        engine = ClickHouseProcess.start(data);
        Migrations.apply(engine.uri(), ROOT.resolve("sql/clickhouse"));
        fill();
    }

    @AfterAll
    static void stop() throws IOException {
        engine.close();
    }

    /** Two hours until now, an event every two seconds, as the jobs would have written them. */
    private static void fill() throws IOException {
        engine.query("""
                INSERT INTO tidegate.events (event_id, type, user_id, post_id, game_id, amount, currency, odds, bet_type, city,
                    device_type, country, occurred_at, ingested_at, appended_at, kafka_partition, kafka_offset, _batch_id, _lineage)
                SELECT 'e' || number, ['like', 'bet', 'login', 'comment'][number % 4 + 1] AS kind, 'u' || number % 50,
                    if(kind IN ('like', 'comment'), 'p' || number % 15, ''), if(kind = 'bet', 'g' || number % 6, ''),
                    if(kind = 'bet', number % 20 + 1, 0), 'EUR', if(kind = 'bet', 1.85, 0), ['single', 'combi'][number % 2 + 1],
                    ['Riga', 'Recife'][number % 2 + 1], ['phone', 'desktop'][intDiv(number, 4) % 2 + 1], if(kind = 'login', 'LV', ''),
                    now64(3, 'UTC') - INTERVAL 2 * (3600 - number) SECOND AS t, t, t, number % 4, intDiv(number, 4), generateUUIDv4(), 'test'
                FROM numbers(3600)""");
        engine.query("""
                INSERT INTO tidegate.event_counts_1m (window_start, type, pane, events, users, version, updated_at, _batch_id, _lineage)
                SELECT toStartOfMinute(occurred_at), type, 0, count(), uniqExact(user_id), 1, now64(3, 'UTC'), generateUUIDv4(), 'test'
                FROM tidegate.events GROUP BY 1, 2""");
        engine.query("""
                INSERT INTO tidegate.post_activity_1m (window_start, post_id, pane, likes, unlikes, comments, shares, version, updated_at,
                    _batch_id, _lineage)
                SELECT toStartOfMinute(occurred_at), post_id, 0, countIf(type = 'like'), 0, countIf(type = 'comment'), 0, 1,
                    now64(3, 'UTC'), generateUUIDv4(), 'test'
                FROM tidegate.events WHERE post_id != '' GROUP BY 1, 2""");
        engine.query("""
                INSERT INTO tidegate.bet_stats_1m (window_start, game_id, city, device_type, bet_type, currency, pane, bets, turnover,
                    outcomes, payout, odds_sum, odds_count, version, updated_at, _batch_id, _lineage)
                SELECT toStartOfMinute(occurred_at), game_id, city, device_type, bet_type, currency, 0, count(), sum(amount), 0,
                    toDecimal64(1, 4), sum(odds), count(), 1, now64(3, 'UTC'), generateUUIDv4(), 'test'
                FROM tidegate.events WHERE type = 'bet' GROUP BY 1, 2, 3, 4, 5, 6""");
        engine.query("""
                INSERT INTO tidegate.alerts (alert_id, kind, rule_id, rule_version, subject, severity, message, event_ids, detected_at,
                    started_at, raised_at, _batch_id, _lineage)
                SELECT 'a' || number, if(number % 2 = 0, 'fraud', 'surge'), if(number % 2 = 0, 'rapid-bets', 'post-surge'), 1,
                    'u' || number % 5, ['critical', 'warning'][number % 2 + 1], 'a sentence', ['e' || (number * 4 + 1)],
                    now64(3, 'UTC') - INTERVAL number + 1 MINUTE AS t, t, t + INTERVAL 20 MILLISECOND, generateUUIDv4(), 'test'
                FROM numbers(60)""");
    }

    @Test
    void everySqlAnswersWithData() throws IOException {
        Instant now = Instant.now();
        int asked = 0;
        List<String> wrong = new ArrayList<>();
        for (Dashboard dashboard : dashboards) {
            GrafanaMacros macros = new GrafanaMacros(
                    now.minus(Duration.ofHours(2)), now, Duration.ofSeconds(60), Map.of("post", "p4"));
            List<String> questions = new ArrayList<>();
            dashboard.json().path("templating").path("list").forEach(variable -> {
                if (variable.path("type").asText().equals("query")) {
                    questions.add(variable.path("query").asText());
                }
            });
            for (JsonNode panel : dashboard.json().path("panels")) {
                for (JsonNode target : panel.path("targets")) {
                    if (target.has("rawSql")) {
                        questions.add(target.path("rawSql").asText());
                    }
                }
            }
            for (String question : questions) {
                asked++;
                try {
                    // The data source names the database; queries don't, so that they hold for a cluster as well.
                    assertThat(question).doesNotContain("tidegate.");
                    String sql = qualified(macros.expand(question));
                    String answer = engine.query(sql + " FORMAT TSV");
                    if (answer.isBlank()) {
                        wrong.add(dashboard.file() + ": no rows: " + sql);
                    }
                } catch (IllegalStateException | IllegalArgumentException e) {
                    wrong.add(dashboard.file() + ": " + e.getMessage() + ": " + question);
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(asked).isGreaterThanOrEqualTo(35);
    }

    @Test
    void windowsAndRowsOfTheTestAgreeAndTheCompletenessPanelSaysSo() throws IOException {
        Instant now = Instant.now();
        GrafanaMacros macros = new GrafanaMacros(now.minus(Duration.ofHours(1)), now, Duration.ofSeconds(60), Map.of());
        String sql = sqlOf("completeness.json", "Windows against rows");

        assertThat(engine.query(qualified(macros.expand(sql)))).isEqualTo("0\n");
        assertThat(engine.query(qualified(macros.expand(sqlOf("completeness.json", "Events twice")))))
                .isEqualTo("0\n");
    }

    @Test
    void everyPanelSaysWhatItShowsInWhichUnitAndLeadsToAnEntryThatExists() throws IOException {
        Set<String> entries = new HashSet<>();
        for (String line : Files.readAllLines(ROOT.resolve("docs/operations.md"))) {
            if (line.startsWith("### ")) {
                entries.add(line.substring(4).toLowerCase(java.util.Locale.ROOT));
            }
        }
        Set<String> uids = new HashSet<>();
        for (Dashboard dashboard : dashboards) {
            assertThat(uids.add(dashboard.json().path("uid").asText()))
                    .as(dashboard.file())
                    .isTrue();
            for (JsonNode panel : dashboard.json().path("panels")) {
                String name = dashboard.file() + ", " + panel.path("title").asText();
                assertThat(panel.path("title").asText()).as(name).isNotBlank();
                assertThat(panel.path("description").asText()).as(name).hasSizeGreaterThan(7);
                assertThat(panel.path("fieldConfig")
                                .path("defaults")
                                .path("unit")
                                .asText())
                        .as(name)
                        .isNotBlank();
                assertThat(panel.path("targets")).as(name).isNotEmpty();
                for (JsonNode target : panel.path("targets")) {
                    assertThat(target.path("datasource").path("uid").asText())
                            .as(name)
                            .isIn(SOURCES);
                }
                Matcher links = ANCHOR.matcher(panel.path("links").toString());
                while (links.find()) {
                    assertThat(entries).as(name).contains(links.group(1));
                }
            }
        }
        assertThat(uids).hasSize(8);
        String sources = Files.readString(ROOT.resolve("grafana/provisioning/datasources/tidegate.yml"));
        assertThat(SOURCES).allSatisfy(uid -> assertThat(sources).contains("uid: " + uid + "\n"));
    }

    /** A name that nobody writes is a panel that stays empty. Recorded series are made by our rules. */
    @Test
    void everyMetricIsOneThatIsDescribedOrKeptAtTheScrape() throws IOException {
        String described = Files.readString(ROOT.resolve("docs/metrics.md"))
                + Files.readString(ROOT.resolve("deploy/prometheus/prometheus.yml"))
                + Files.readString(ROOT.resolve("deploy/prometheus/rules/recording.yml"));
        Set<String> unknown = new TreeSet<>();
        Pattern name = Pattern.compile("\\b(tidegate_\\w+|tidegate:[\\w:]+|job_name:[\\w:]+|topic:[\\w:]+)\\b");
        for (Dashboard dashboard : dashboards) {
            for (JsonNode target : dashboard.json().findValues("targets")) {
                for (JsonNode one : target) {
                    Matcher metrics = name.matcher(one.path("expr").asText());
                    while (metrics.find()) {
                        String metric = metrics.group(1).replaceFirst("_(bucket|count|sum)$", "");
                        String family = metric.replaceFirst("^tidegate_feed_", "…_");
                        if (!described.contains(metric) && !described.contains(family)) {
                            unknown.add(metric);
                        }
                    }
                }
            }
        }
        assertThat(unknown).isEmpty();
    }

    @Test
    void macrosAreThoseOfThePlugin() {
        GrafanaMacros macros = new GrafanaMacros(
                Instant.ofEpochSecond(100), Instant.ofEpochSecond(160), Duration.ofSeconds(15), Map.of("post", "p1"));

        assertThat(macros.expand("$__timeFilter(t)")).isEqualTo("t >= toDateTime(100) AND t <= toDateTime(160)");
        assertThat(macros.expand("$__timeFilter_ms(t)"))
                .isEqualTo("t >= fromUnixTimestamp64Milli(100000) AND t <= fromUnixTimestamp64Milli(160000)");
        assertThat(macros.expand("$__timeInterval(t)"))
                .isEqualTo("toStartOfInterval(toDateTime(t), INTERVAL 15 second)");
        assertThat(macros.expand("$__toTime = '$post'")).isEqualTo("toDateTime(160) = 'p1'");
        assertThatThrownBy(() -> macros.expand("$__nothing(t)")).hasMessageContaining("$__nothing");
        assertThatThrownBy(() -> macros.expand("$nobody")).hasMessageContaining("$nobody");
    }

    private static String sqlOf(String file, String title) {
        for (Dashboard dashboard : dashboards) {
            if (dashboard.file().equals(file)) {
                for (JsonNode panel : dashboard.json().path("panels")) {
                    if (panel.path("title").asText().equals(title)) {
                        return panel.path("targets").path(0).path("rawSql").asText();
                    }
                }
            }
        }
        throw new AssertionError("no panel " + title + " in " + file);
    }

    /** What the data source's default database does. */
    private static String qualified(String sql) {
        return sql.replaceAll(
                "\\bFROM (events|alerts|notifications|event_counts_1m|post_activity_1m|bet_stats_1m)\\b",
                "FROM tidegate.$1");
    }
}
