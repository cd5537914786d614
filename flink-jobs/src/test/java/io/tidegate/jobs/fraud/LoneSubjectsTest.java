package io.tidegate.jobs.fraud;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.contracts.v1.Alert;
import io.tidegate.jobs.rules.Rule;
import io.tidegate.jobs.rules.RuleSet;
import java.io.IOException;
import java.util.List;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.util.KeyedBroadcastOperatorTestHarness;
import org.junit.jupiter.api.Test;

/** Subjects with a single event, which is what nearly all of them stay: kept as bytes until another one comes. */
class LoneSubjectsTest {

    private static final long T = 1_700_000_000_000L;
    private static final Rule RULE = RuleSet.defaults().rule(SharedDevice.ID);
    private static final String DEVICE = "d1";

    @Test
    void aLoneEventIsInACheckpointLikeAnyOtherThatWaits() throws IOException {
        SharedHistory lone = new SharedHistory();
        lone.awaitAlone(login("u\u00e91", 1));
        SharedHistory waiting = new SharedHistory();
        waiting.waiting().add(login("u\u00e91", 1));

        assertThat(bytes(lone)).isEqualTo(bytes(waiting));
        assertThat(bytes(lone.copy())).isEqualTo(bytes(waiting));
    }

    @Test
    void anotherEventFindsItAsItWas() throws IOException {
        SharedHistory history = new SharedHistory();
        history.awaitAlone(login("u1", 2));
        SharedHistory copy = history.copy();
        SharedHistory restored =
                SharedHistorySerializer.INSTANCE.deserialize(new DataInputDeserializer(bytes(history)));

        for (SharedHistory each : List.of(history, copy, restored)) {
            assertThat(each.waiting().size()).isEqualTo(1);
            // One of another partition, whose clock is behind
            each.waiting().add(login("u2", 1));
            assertThat(each.waiting().size()).isEqualTo(2);
            assertThat(each.removeFirstWaiting()).isEqualTo(login("u2", 1));
            assertThat(each.removeFirstWaiting()).isEqualTo(login("u1", 2));
            assertThat(each.isWaiting()).isFalse();
        }
    }

    @Test
    void aCopyIsNotTouchedByWhatBecomesOfTheOther() throws IOException {
        SharedHistory history = new SharedHistory();
        history.awaitAlone(login("u1", 1));
        byte[] before = bytes(history);
        SharedHistory copy = history.copy();

        copy.waiting().add(login("u2", 2));
        copy.removeFirstWaiting();

        assertThat(bytes(history)).isEqualTo(before);
    }

    @Test
    void whatWasAloneCountsAfterARestart() throws Exception {
        // Given as many users less one as make the match, of whom the first was alone when the job stopped, and all
        // when it stopped again
        int users = RULE.count("users");
        OperatorSubtaskState first;
        try (var operator = operator()) {
            operator.open();
            arrive(operator, 1);
            watermark(operator, T + 1);
            first = operator.snapshot(1, 1);
        }
        OperatorSubtaskState more;
        try (var operator = operator()) {
            operator.initializeState(first);
            operator.open();
            for (int user = 2; user < users; user++) {
                arrive(operator, user);
            }
            more = operator.snapshot(2, 2);
        }

        // When the last one comes
        try (var operator = operator()) {
            operator.initializeState(more);
            operator.open();
            arrive(operator, users);
            watermark(operator, T + users);

            // Then they are all in the alert, the first one first
            assertThat(operator.extractOutputValues()).singleElement().satisfies(alert -> assertThat(
                            alert.getEventIdsList())
                    .hasSize(users)
                    .startsWith("e1")
                    .endsWith("e" + users));
        }
    }

    @Test
    void whatStaysAloneIsForgotten() throws Exception {
        OperatorSubtaskState alone;
        try (var operator = operator()) {
            operator.open();
            arrive(operator, 1);
            alone = operator.snapshot(1, 1);
        }
        try (var operator = operator()) {
            operator.initializeState(alone);
            operator.open();
            assertThat(CompiledHarness.held(operator))
                    .as("a history and a timer")
                    .isEqualTo(2);

            long forgottenMs = T + 1 + RULE.window().toMillis();
            watermark(operator, forgottenMs);

            assertThat(CompiledHarness.held(operator)).isZero();
            assertThat(operator.extractOutputValues()).isEmpty();
        }
    }

    private static void arrive(KeyedBroadcastOperatorTestHarness<String, SubjectEvent, Rule, Alert> operator, int user)
            throws Exception {
        FraudEvent login = login("u" + user, user);
        operator.processElement(SubjectEvent.of("device:" + DEVICE, login), login.timeMs());
    }

    private static void watermark(
            KeyedBroadcastOperatorTestHarness<String, SubjectEvent, Rule, Alert> operator, long timeMs)
            throws Exception {
        operator.processWatermark(timeMs);
        operator.processBroadcastWatermark(Long.MAX_VALUE);
    }

    private static FraudEvent login(String user, int number) {
        return new FraudEvent(
                FraudEventType.LOGIN,
                user,
                "e" + number,
                T + number,
                0,
                "",
                "",
                DEVICE,
                "",
                number % 4,
                number,
                T + number);
    }

    private static byte[] bytes(SharedHistory history) throws IOException {
        DataOutputSerializer target = new DataOutputSerializer(64);
        SharedHistorySerializer.INSTANCE.serialize(history, target);
        return target.getCopyOfBuffer();
    }

    private static KeyedBroadcastOperatorTestHarness<String, SubjectEvent, Rule, Alert> operator() throws Exception {
        return CompiledHarness.harness(new SharedDetection(List.of(RULE)), SubjectEvent::subject, 1, 0);
    }
}
