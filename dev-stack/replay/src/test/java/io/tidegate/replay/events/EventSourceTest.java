package io.tidegate.replay.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.replay.mapping.MappingFile;
import io.tidegate.replay.rows.RowException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventSourceTest {

    private static final Pattern EVENT_ID = Pattern.compile("\"eventId\":\"([^\"]+)\"");

    @TempDir
    Path folder;

    private Path mapping;

    @BeforeEach
    void aMappingWithABetAndItsOutcome() throws IOException {
        mapping = folder.resolve("m.yaml");
        Files.writeString(mapping, """
                format: {type: csv}
                missing: [NA]
                time: {column: at, format: epoch-seconds}
                sort: time
                events:
                  - type: bet
                    fields: {userId: "{user}", gameId: g, betId: "{id}", amount: "{bet}"}
                  - type: bet_outcome
                    when: out is present
                    offset: 1s
                    fields: {userId: "{user}", gameId: g, betId: "{id}", result: win, payout: "= round(bet * out, 4)"}
                  - type: bet_outcome
                    when: out is missing
                    offset: 1s
                    fields: {userId: "{user}", gameId: g, betId: "{id}", result: loss, payout: "0"}
                    attributes: {multiplier: "{out}", source: test}
                """);
    }

    private Path file(String name, String rows) throws IOException {
        Path file = Files.createDirectories(folder.resolve(name).getParent()).resolve(folder.resolve(name));
        return Files.writeString(file, "id,user,bet,out,at\n" + rows);
    }

    private List<String> events(Path file, long limit) throws IOException {
        List<String> events = new ArrayList<>();
        try (EventSource source = EventSource.open(file, MappingFile.read(mapping), limit)) {
            for (ReplayEvent event = source.next(); event != null; event = source.next()) {
                events.add(new String(event.json(), StandardCharsets.UTF_8));
            }
        }
        return events;
    }

    private List<String> events(Path file) throws IOException {
        return events(file, Long.MAX_VALUE);
    }

    private static String id(String event) {
        Matcher matcher = EVENT_ID.matcher(event);
        assertThat(matcher.find()).isTrue();
        return matcher.group(1);
    }

    private static String withoutId(String event) {
        return EVENT_ID.matcher(event).replaceAll("");
    }

    @Test
    void aRowBecomesTheEventsWhoseConditionHolds() throws IOException {
        Path file = file("f.csv", "7,u,5,1.33335,10\n8,v,3,NA,20\n");

        assertThat(events(file).stream().map(EventSourceTest::withoutId))
                .containsExactly(
                        "{\"type\":\"bet\",\"occurredAt\":10000,\"userId\":\"u\",\"gameId\":\"g\",\"betId\":\"7\",\"amount\":\"5\",}",
                        "{\"type\":\"bet_outcome\",\"occurredAt\":11000,\"userId\":\"u\",\"gameId\":\"g\",\"betId\":\"7\",\"result\":\"win\",\"payout\":\"6.6668\",}",
                        "{\"type\":\"bet\",\"occurredAt\":20000,\"userId\":\"v\",\"gameId\":\"g\",\"betId\":\"8\",\"amount\":\"3\",}",
                        "{\"type\":\"bet_outcome\",\"occurredAt\":21000,\"userId\":\"v\",\"gameId\":\"g\",\"betId\":\"8\",\"result\":\"loss\",\"payout\":\"0\",,\"attributes\":{\"source\":\"test\"}}");
    }

    @Test
    void eventsAreSortedByTheirOwnTimeAndEqualTimesKeepTheOrderOfTheFile() throws IOException {
        Path file = file("f.csv", "1,c,5,2,12\n2,b,5,2,11\n3,a,5,2,11\n4,d,5,2,10\n");

        assertThat(events(file))
                .extracting(event -> event.replaceAll(".*\"type\":\"(\\w+)\".*\"userId\":\"(\\w)\".*", "$1 $2"))
                .containsExactly(
                        "bet d", // 10
                        "bet_outcome d", // 11: of the older row first
                        "bet b",
                        "bet a",
                        "bet_outcome b", // 12
                        "bet_outcome a",
                        "bet c",
                        "bet_outcome c");
    }

    @Test
    void idsAreUniqueAndOfVersionFive() throws IOException {
        Set<String> ids = new HashSet<>();
        List<String> events = events(file("f.csv", "1,u,5,2,10\n1,u,5,2,10\n1,u,5,NA,10\n"));
        for (String event : events) {
            UUID id = UUID.fromString(id(event));
            assertThat(id.version()).isEqualTo(5);
            assertThat(id.variant()).isEqualTo(2);
            ids.add(id.toString());
        }

        assertThat(ids).hasSize(events.size());
    }

    @Test
    void idsAreThoseOfTheStandard() {
        // uuid.uuid5(uuid.UUID("5f1c3d9e-7a42-4c55-9f0e-2b8d1a6c4e73"), "bets.csv\n1\n0") of Python.
        assertThat(new EventIds("bets.csv").id(1, 0)).hasToString("d80f5db7-f616-5ff5-923d-fbc1f9175ec0");
    }

    @Test
    void aRepeatGivesTheSameEventsByteByByteAndTheFolderDoesNotMatter() throws IOException {
        String rows = "1,u,5,2,12\n2,u,5,2,11\n";

        assertThat(events(file("here/f.csv", rows))).isEqualTo(events(file("there/f.csv", rows)));
    }

    @Test
    void anotherNameGivesOtherIds() throws IOException {
        String rows = "1,u,5,2,12\n";

        assertThat(id(events(file("g.csv", rows)).get(0)))
                .isNotEqualTo(id(events(file("f.csv", rows)).get(0)));
    }

    @Test
    void anIdBelongsToTheRowOfTheFileHoweverItIsSorted() throws IOException {
        Path file = file("f.csv", "1,u,5,2,12\n2,v,5,2,11\n");
        List<String> sorted = events(file);

        Files.writeString(mapping, Files.readString(mapping).replace("sort: time", "sort: none"));

        assertThat(events(file)).containsExactlyInAnyOrderElementsOf(sorted).isNotEqualTo(sorted);
    }

    @Test
    void aLimitTakesTheOldestRowsWithAllTheirEvents() throws IOException {
        Path file = file("f.csv", "1,u,5,2,12\n2,v,5,2,11\n3,w,5,2,10\n");

        assertThat(events(file, 2)).hasSize(4).allMatch(event -> event.contains("\"v\"") || event.contains("\"w\""));
        assertThat(events(file, 0)).isEmpty();
    }

    @Test
    void aValueThatDoesNotFitIsNamedWithLineAndMappingPathBeforeAnythingIsSent() throws IOException {
        assertThatThrownBy(() -> events(file("f.csv", "1,u,5,2,10\n2,u,x,2,11\n")))
                .isInstanceOf(RowException.class)
                .hasMessage("f.csv:3: column 'bet': 'x' is no decimal number (mapping: events[1].fields.payout)");
        assertThatThrownBy(() -> events(file("f.csv", "1,u,5,2,soon\n")))
                .isInstanceOf(RowException.class)
                .hasMessage(
                        "f.csv:2: column 'at': 'soon' is no time of the format epoch-seconds (mapping: time.column)");
        assertThatThrownBy(() -> events(file("f.csv", "1,u,5,2,NA\n")))
                .isInstanceOf(RowException.class)
                .hasMessage("f.csv:2: column 'at': missing, but it is the row's time (mapping: time.column)");
    }

    @Test
    void aFileMayBringItsOwnIdsAndTypes() throws IOException {
        Path file = folder.resolve("events.ndjson");
        Files.writeString(file, """
                {"type":"like","eventId":"mine","userId":"u","postId":"p","occurredAt":5}
                {"type":"deposit","userId":"u","amount":12.50,"occurredAt":6}
                """);
        mapping = Path.of("mappings", "events.yaml");

        List<String> events = events(file);

        assertThat(events.get(0))
                .isEqualTo(
                        "{\"type\":\"like\",\"occurredAt\":5,\"eventId\":\"mine\",\"userId\":\"u\",\"postId\":\"p\"}");
        assertThat(withoutId(events.get(1)))
                .isEqualTo("{\"type\":\"deposit\",\"occurredAt\":6,\"userId\":\"u\",\"amount\":\"12.50\",}");
    }
}
