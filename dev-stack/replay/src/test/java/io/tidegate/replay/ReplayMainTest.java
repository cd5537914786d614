package io.tidegate.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.replay.send.FakeGateway;
import io.tidegate.replay.send.ManualWaiting;
import io.tidegate.replay.send.Waiting;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole command against a gateway that misbehaves as it is told. */
class ReplayMainTest {

    @TempDir
    Path folder;

    private final FakeGateway gateway = new FakeGateway();
    private final ManualWaiting waiting = new ManualWaiting();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Path file;
    private Path mapping;

    @BeforeEach
    void aFileOfTenLikes() throws IOException {
        mapping = Files.writeString(folder.resolve("likes.yaml"), """
                format: {type: whitespace, columns: [user, at]}
                time: {column: at, format: epoch-seconds}
                events:
                  - type: like
                    fields: {userId: "{user}", postId: p}
                """);
        file = folder.resolve("likes.txt");
        rows(10, 1);
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    private void rows(int count, int secondsApart) throws IOException {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < count; i++) {
            rows.append("u")
                    .append(i)
                    .append(' ')
                    .append(1000 + i * secondsApart)
                    .append('\n');
        }
        Files.writeString(file, rows);
    }

    private int replay(String... more) {
        return replayTo(gateway.url().toString(), waiting, more);
    }

    private int replayTo(String url, Waiting time, String... more) {
        List<String> args = new ArrayList<>(
                List.of(file.toString(), "--mapping", mapping.toString(), "--url", url, "--token", "a.b.c"));
        args.addAll(Arrays.asList(more));
        return ReplayMain.run(time, print(out), print(err), false, args.toArray(String[]::new));
    }

    private static PrintStream print(ByteArrayOutputStream to) {
        return new PrintStream(to, true, StandardCharsets.UTF_8);
    }

    private String summary() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String errors() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private List<List<String>> sentIds() {
        return gateway.bodies().stream().map(FakeGateway::eventIds).toList();
    }

    @Test
    void batchesAreFilledSentInOrderAndSummedUp() {
        int status = replay("--batch-size", "4");

        assertThat(status).isZero();
        assertThat(sentIds()).extracting(List::size).containsExactly(4, 4, 2);
        assertThat(String.join("", gateway.bodies()).replaceAll(".*?\"userId\":\"(\\w+)\"[^}]*}", "$1 "))
                .startsWith("u0 u1 u2 u3 u4 u5 u6 u7 u8 u9 ");
        assertThat(gateway.tokens()).containsOnly("Bearer a.b.c");
        assertThat(summary())
                .containsPattern("rows +10\n")
                .containsPattern("sent +10\n")
                .containsPattern("accepted +10\n")
                .containsPattern("rejected +0\n")
                .containsPattern("events/s +\\d+\n");
    }

    @Test
    void aGatewayThatIsUnavailableGetsTheSameBatchAgainAfterTheTimeItAskedFor() {
        gateway.thenStatus(503, "Retry-After", "7", "")
                .thenStatus(429, "Retry-After", "2", "")
                .thenStatus(503, "", "", "");

        assertThat(replay()).isZero();

        assertThat(gateway.bodies()).hasSize(4);
        assertThat(gateway.bodies().stream().distinct()).hasSize(1);
        assertThat(waiting.pauses()).startsWith(Duration.ofSeconds(7), Duration.ofSeconds(2));
        assertThat(waiting.pauses().get(2)).isBetween(Duration.ofMillis(400), Duration.ofMillis(800));
        assertThat(errors()).contains("HTTP 503; attempt 2 in 7.0 s");
        assertThat(summary()).containsPattern("accepted +10\n");
    }

    @Test
    void anAnswerThatIsLostMeansTheSameIdsAgain() {
        gateway.thenLoseTheAnswer().thenLoseTheAnswer();

        assertThat(replay("--batch-size", "5")).isZero();

        // The JDK's client may repeat a request that was cut off by itself, so there can be more of the first batch.
        assertThat(sentIds().stream().distinct()).extracting(List::size).containsExactly(5, 5);
        assertThat(gateway.bodies().size()).isGreaterThanOrEqualTo(4);
        assertThat(summary()).containsPattern("sent +10\n").containsPattern("accepted +10\n");
    }

    @Test
    void rejectedEventsAreCountedByCodeAndShownWithTheirLine() {
        gateway.thenStatus(202, "", "", """
                {"accepted":2,"rejected":[
                  {"index":1,"code":"invalid_value","field":"userId","message":"too long"},
                  {"index":2,"code":"invalid_time","field":null,"message":"too old"}],
                 "eventIds":["a",null,null,"b"]}""");

        assertThat(replay("--batch-size", "4")).isEqualTo(1);

        assertThat(summary())
                .containsPattern("sent +10\n")
                .containsPattern("accepted +8\n")
                .containsPattern("rejected +2\n")
                .containsPattern("  invalid_time +1\n")
                .containsPattern("  invalid_value +1\n")
                .contains("  line 2: invalid_value userId: too long\n")
                .contains("  line 3: invalid_time: too old\n");
    }

    @Test
    void aBatchOfWhichEveryEventIsBadIsRejectedAndTheNextIsSent() {
        gateway.thenStatus(400, "", "", """
                {"type":"about:blank","title":"Bad Request","status":400,"accepted":0,"rejected":[
                  {"index":0,"code":"c","message":"m"},{"index":1,"code":"c","message":"m"}],"eventIds":[null,null]}""");

        assertThat(replay("--batch-size", "2")).isEqualTo(1);

        assertThat(summary()).containsPattern("accepted +8\n").containsPattern("rejected +2\n");
    }

    @ParameterizedTest
    @CsvSource({
        "401,'{\"title\":\"no token\"}','HTTP 401: {\"title\":\"no token\"}'",
        "403,'a\u0007b','HTTP 403: a b'",
        "413,'','HTTP 413: the batch is too large for the gateway; try a smaller --batch-size'",
        "400,'{\"title\":\"bad\"}','HTTP 400: {\"title\":\"bad\"}'",
        "202,'{\"accepted\":9,\"rejected\":[]}','HTTP 202 says accepted 9 and rejected 0, but 10 events were sent'",
        "202,'gone','HTTP 202 with a body that isn''t the contract''s: gone'",
    })
    void anAnswerThatRepeatingDoesNotHelpEndsTheReplay(int status, String body, String message) {
        gateway.thenStatus(status, "", "", body == null ? "" : body);

        assertThat(replay()).isEqualTo(1);

        assertThat(gateway.bodies()).hasSize(1);
        assertThat(errors()).contains(message).contains("To go on, repeat the command with --skip 0.");
        assertThat(summary()).containsPattern("sent +0\n");
    }

    @Test
    void itGivesUpAfterABoundedTimeAndSaysHowToGoOn() throws IOException {
        int closedPort;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closedPort = socket.getLocalPort();
        }

        assertThat(replayTo("http://127.0.0.1:" + closedPort, waiting)).isEqualTo(1);

        Duration waited = waiting.pauses().stream().reduce(Duration.ZERO, Duration::plus);
        assertThat(waited).isBetween(Duration.ofMinutes(9), Duration.ofMinutes(10));
        assertThat(waiting.pauses()).allMatch(pause -> pause.compareTo(Duration.ofSeconds(10)) <= 0);
        assertThat(errors())
                .containsPattern("gave up after \\d+ attempts in \\d+ s: no connection to the gateway")
                .contains("To go on, repeat the command with --skip 0.");
    }

    @Test
    void goingOnSendsWhatTheInterruptedReplayDidNot() {
        gateway.thenStatus(202, "", "", "{\"accepted\":4,\"rejected\":[]}").thenStatus(403, "", "", "");
        replay("--batch-size", "4");
        assertThat(errors()).contains("--skip 4.");
        List<String> refused = sentIds().get(1);

        assertThat(replay("--batch-size", "4", "--skip", "4")).isZero();

        assertThat(sentIds().get(2)).isEqualTo(refused);
        assertThat(summary()).containsPattern("accepted +6\n");
    }

    @Test
    void aRepeatSendsTheSameIds() {
        replay();
        replay();

        assertThat(sentIds()).hasSize(2);
        assertThat(sentIds().get(0)).isEqualTo(sentIds().get(1)).doesNotHaveDuplicates();
    }

    @Test
    void aLimitIsInRows() {
        assertThat(replay("--limit", "3")).isZero();

        assertThat(summary()).containsPattern("rows +3\n").containsPattern("sent +3\n");
    }

    @Test
    void speedMakesEventTimePassAndEventsThatAreDueGoTogether() throws IOException {
        rows(5, 60);

        assertThat(replay("--speed", "60x")).isZero();

        assertThat(sentIds()).hasSize(5);
        Duration waited = waiting.pauses().stream().reduce(Duration.ZERO, Duration::plus);
        assertThat(waited).isEqualTo(Duration.ofSeconds(4));
    }

    @Test
    void eventsCloserThanTheShortestWaitGoTogether() throws IOException {
        rows(100, 1);

        assertThat(replay("--speed", "1000x")).isZero();

        assertThat(sentIds()).hasSizeBetween(4, 10);
        assertThat(sentIds().stream().mapToInt(List::size).sum()).isEqualTo(100);
    }

    @Test
    void aStopEndsTheReplayWithItsSummary() {
        gateway.then((exchange, body) -> {
            waiting.stop();
            FakeGateway.respond(exchange, 202, "{\"accepted\":4,\"rejected\":[]}");
        });

        replay("--batch-size", "4");

        assertThat(gateway.bodies()).hasSize(1);
        assertThat(errors()).contains("stopped").contains("--skip 4.");
        assertThat(summary()).containsPattern("accepted +4\n");
    }

    @Test
    void aStopEndsTheWaitForAGatewayThatIsAway() {
        gateway.then((exchange, body) -> {
            waiting.stop();
            FakeGateway.respond(exchange, 503, "");
        });

        replay();

        assertThat(gateway.bodies()).hasSize(1);
        assertThat(summary()).containsPattern("sent +0\n");
    }

    @Test
    void aRowThatCanNotBeReadEndsTheReplay() throws IOException {
        Files.writeString(file, "u1 1000\nu2 1001\nu3\n");

        assertThat(replay("--batch-size", "1")).isEqualTo(2);

        assertThat(errors())
                .contains("likes.txt:3: 1 values where there are 2 columns")
                .contains("--skip 1.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--speed 0x",
                "--speed fast",
                "--limit -1",
                "--skip -1",
                "--batch-size 0",
                "--batch-size 10001",
                "--url ftp://x",
                "--url 127.0.0.1",
                "--give-up-after -1",
                "--unknown 1"
            })
    void anArgumentThatIsNoneIsNamed(String argument) {
        String[] parts = argument.split(" ");
        List<String> args = new ArrayList<>(
                List.of(file.toString(), "--mapping", mapping.toString(), "--token", "t", parts[0], parts[1]));
        if (!parts[0].equals("--url")) {
            args.addAll(List.of("--url", gateway.url().toString()));
        }

        int status = ReplayMain.run(waiting, print(out), print(err), false, args.toArray(String[]::new));

        assertThat(status).isEqualTo(2);
        assertThat(errors()).contains(parts[0]);
        assertThat(gateway.bodies()).isEmpty();
    }

    @Test
    void aFileThatIsNotThereIsNamed() throws IOException {
        Files.delete(file);

        assertThat(replay()).isEqualTo(2);

        assertThat(errors()).contains("likes.txt: no such file");
    }

    @Test
    void aMappingThatIsWrongIsNamedAndNothingIsSent() throws IOException {
        Files.writeString(mapping, Files.readString(mapping).replace("{user}", "{who}"));

        assertThat(replay()).isEqualTo(2);

        assertThat(errors())
                .contains("likes.yaml:5:22: events[0].fields.userId: the file has no column 'who'; it has user, at");
        assertThat(gateway.bodies()).isEmpty();
    }
}
