package io.tidegate.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tidegate.replay.events.EventSource;
import io.tidegate.replay.events.ReplayEvent;
import io.tidegate.replay.mapping.MappingFile;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The mappings of the project against the files that they are for. The files aren't part of the project: their folder is the
 * system property or environment variable {@code TIDEGATE_DATASETS}, or {@code shared/datasets} beside the checkout; without
 * them these tests are skipped.
 */
class RealDataSetsTest {

    private static Path dataSet(String name) {
        String given = System.getProperty("TIDEGATE_DATASETS", System.getenv("TIDEGATE_DATASETS"));
        Path file = (given == null ? Path.of("..", "..", "..", "shared", "datasets") : Path.of(given)).resolve(name);
        assumeTrue(Files.isRegularFile(file), () -> file + " is not there");
        return file;
    }

    /** Flat: members of {@code attributes} are among the event's own. */
    private static List<Map<String, String>> events(Path file, String mapping) throws IOException {
        List<Map<String, String>> events = new ArrayList<>();
        JsonFactory json = new JsonFactory();
        try (EventSource source =
                EventSource.open(file, MappingFile.read(Path.of("mappings", mapping)), Long.MAX_VALUE)) {
            for (ReplayEvent event = source.next(); event != null; event = source.next()) {
                Map<String, String> fields = new HashMap<>();
                try (JsonParser parser = json.createParser(event.json())) {
                    for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                        if (token.isScalarValue()) {
                            fields.put(parser.currentName(), parser.getText());
                        }
                    }
                }
                events.add(fields);
            }
        }
        return events;
    }

    private static List<String[]> lines(Path file, String separator) throws IOException {
        try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
            return lines.map(line -> line.split(separator)).toList();
        }
    }

    private static void assertOldestFirstAndEachIdOnce(List<Map<String, String>> events) {
        long last = Long.MIN_VALUE;
        Set<String> ids = new HashSet<>();
        for (Map<String, String> event : events) {
            long time = Long.parseLong(event.get("occurredAt"));
            assertThat(time).isGreaterThanOrEqualTo(last);
            assertThat(ids.add(event.get("eventId"))).isTrue();
            last = time;
        }
    }

    @Test
    void theBetsOfBustabit() throws IOException {
        Path file = dataSet("bustabit.csv");
        BigDecimal turnover = BigDecimal.ZERO;
        BigDecimal payout = BigDecimal.ZERO;
        Set<String> users = new HashSet<>();
        List<String[]> rows = lines(file, ",");
        for (String[] row : rows.subList(1, rows.size())) {
            turnover = turnover.add(new BigDecimal(row[3]));
            if (!row[4].equals("NA")) {
                BigDecimal exact = new BigDecimal(row[3]).multiply(new BigDecimal(row[4]));
                payout = payout.add(exact.setScale(4, RoundingMode.HALF_UP));
            }
            users.add(row[2]);
        }

        List<Map<String, String>> events = events(file, "bustabit.yaml");

        List<Map<String, String>> bets =
                events.stream().filter(event -> event.get("type").equals("bet")).toList();
        List<Map<String, String>> outcomes = events.stream()
                .filter(event -> event.get("type").equals("bet_outcome"))
                .toList();
        assertThat(rows).hasSize(50_001);
        assertThat(bets).hasSize(50_000);
        assertThat(outcomes).hasSize(50_000);
        assertThat(sum(bets, "amount")).isEqualByComparingTo(turnover).isEqualByComparingTo("146762549");
        assertThat(sum(outcomes, "payout")).isEqualByComparingTo(payout);
        assertThat(bets.stream().map(bet -> bet.get("userId")).distinct()).hasSize(users.size());
        assertThat(outcomes.stream().filter(outcome -> outcome.get("result").equals("loss")))
                .hasSize(21_266)
                .allMatch(outcome -> outcome.get("payout").equals("0"));
        assertOldestFirstAndEachIdOnce(events);
    }

    private static BigDecimal sum(List<Map<String, String>> events, String field) {
        return events.stream().map(event -> new BigDecimal(event.get(field))).reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    @Test
    void theMessagesOfTheCollege() throws IOException {
        Path file = dataSet("CollegeMsg.txt");
        List<String[]> rows = lines(file, " ");

        List<Map<String, String>> events = events(file, "college-messages.yaml");

        assertThat(events).hasSameSizeAs(rows).hasSize(59_835);
        for (int i = 0; i < rows.size(); i++) {
            String[] row = rows.get(i);
            assertThat(events.get(i))
                    .containsEntry("type", "comment")
                    .containsEntry("userId", row[0])
                    .containsEntry("postId", "page-" + row[1])
                    .containsEntry("authorId", row[1])
                    .containsEntry("occurredAt", row[2] + "000");
        }
        assertOldestFirstAndEachIdOnce(events);
    }
}
