package io.tidegate.dev.chaos.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.dev.demo.traffic.EventJson;
import io.tidegate.dev.demo.traffic.TrafficEvent;
import io.tidegate.dev.demo.traffic.TrafficEvent.Actor;
import io.tidegate.dev.demo.traffic.TrafficEvent.Bet;
import io.tidegate.replay.oracle.OracleEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SentEventsTest {

    private static final long T = 1_764_000_000_000L;

    @TempDir
    private Path dir;

    private static TrafficEvent bet(String id, long stakeCents) {
        return new TrafficEvent(
                id,
                T,
                new Actor("u-" + id, "10.0.0.1", "d1", "DE"),
                new Bet("b-" + id, "dice-1", stakeCents, 195, "single", "web", "São Paulo", "mobile"));
    }

    private static byte[] json(String... ids) {
        return EventJson.array(List.of(ids).stream().map(id -> bet(id, 250)).toList());
    }

    @Test
    void theFateOfAnEventIsWhatItsAttemptsSayTogether() throws IOException {
        Path file = dir.resolve("events.log");
        try (EventLog log = new EventLog(file)) {
            log.sending(1, T, json("accepted", "rejected"));
            log.answered(1, T + 1, 1, 202, List.of(1), "…");
            log.sending(2, T, json("lost-answer"));
            log.answered(2, T + 1, 1, 0, List.of(), "closed");
            log.answered(2, T + 2, 2, 202, List.of(), "");
            log.sending(3, T, json("left"));
            log.answered(3, T + 1, 1, 503, List.of(), "");
            log.sending(4, T, json("never-answered"));
            log.sending(5, T, json("bad"));
            log.answered(5, T + 1, 1, 400, List.of(), "");
            log.sending(6, T, json("too-fast"));
            log.answered(6, T + 1, 1, 429, List.of(), "");
            log.answered(6, T + 1, 2, 0, List.of(), "");
            // Sent again on purpose, in doubt this time: it was acknowledged before.
            log.sending(7, T + 9, json("accepted"));
            log.answered(7, T + 10, 1, 0, List.of(), "");
        }

        Map<String, SentEvent> sent = SentEvents.read(file);

        assertThat(sent.keySet())
                .containsExactly("accepted", "rejected", "lost-answer", "left", "never-answered", "bad", "too-fast");
        assertThat(sent.values())
                .extracting(SentEvent::fate)
                .containsExactly(
                        Fate.ACKNOWLEDGED,
                        Fate.REFUSED,
                        Fate.ACKNOWLEDGED,
                        Fate.AMBIGUOUS,
                        Fate.AMBIGUOUS,
                        Fate.REFUSED,
                        Fate.AMBIGUOUS);
        assertThat(sent.get("accepted").firstSentMs()).isEqualTo(T);
    }

    @Test
    void theFieldsAreThoseThatWereSentAndTheirPrintTellsThemApart() throws IOException {
        Path file = dir.resolve("events.log");
        try (EventLog log = new EventLog(file)) {
            log.sending(1, T, EventJson.array(List.of(bet("a", 250), bet("b", 251))));
        }

        Map<String, SentEvent> sent = SentEvents.read(file);

        OracleEvent event = sent.get("a").event();
        assertThat(event.amountE4()).isEqualTo(25_000);
        assertThat(event.oddsE4()).isEqualTo(19_500);
        assertThat(event.city()).isEqualTo("São Paulo");
        assertThat(event.timeMs()).isEqualTo(T);
        RowPrint asStored = new RowPrint();
        for (String column : List.of(
                "bet",
                "u-a",
                "",
                "",
                "",
                "b-a",
                "dice-1",
                "25000",
                "EUR",
                "19500",
                "single",
                "web",
                "São Paulo",
                "mobile",
                "",
                "0",
                "",
                "10.0.0.1",
                "d1",
                "DE",
                Long.toString(T))) {
            asStored.add(column);
        }
        assertThat(sent.get("a").print()).isEqualTo(asStored.value());
        assertThat(sent.get("b").print()).isNotEqualTo(sent.get("a").print());
    }

    @Test
    void aLastLineThatWasCutOffDoesNotCountAnyOtherDoes() throws IOException {
        Path file = dir.resolve("events.log");
        try (EventLog log = new EventLog(file)) {
            log.sending(1, T, json("a"));
        }
        Files.writeString(file, "{\"request\":1,\"at\":17", StandardOpenOption.APPEND);
        assertThat(SentEvents.read(file).get("a").fate()).isEqualTo(Fate.AMBIGUOUS);

        Files.writeString(file, "\n{\"request\":1,\"at\":1,\"attempt\":1,\"status\":202}\n", StandardOpenOption.APPEND);
        assertThatThrownBy(() -> SentEvents.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("line 2");
    }
}
