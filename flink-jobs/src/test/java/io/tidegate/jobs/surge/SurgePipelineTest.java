package io.tidegate.jobs.surge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.AlertKind;
import io.tidegate.contracts.v1.Bet;
import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.Like;
import io.tidegate.contracts.v1.Severity;
import io.tidegate.contracts.v1.Unlike;
import io.tidegate.jobs.rules.RuleSet;
import io.tidegate.jobs.source.TestStreams;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SurgePipelineTest {

    @RegisterExtension
    private static final MiniClusterExtension CLUSTER = TestStreams.cluster();

    private static final long START = 1_700_000_000_000L;
    private static final RuleSet RULES = RuleSet.defaults();

    private int sequence;

    @Test
    void aSuddenStartIsASurgeAndItsEndIsTold() throws Exception {
        // Given 30 likes in each of three windows, then next to none
        List<Event> events = new ArrayList<>();
        likes(events, "p1", 0, 30);
        likes(events, "p1", 1, 30);
        likes(events, "p1", 2, 30);
        likes(events, "p2", 9, 1);

        List<Alert> alerts = alerts(events);

        assertThat(alerts).extracting(Alert::getRuleId).containsExactly("post-surge", "post-surge-ended");
        assertThat(alerts.get(0)).satisfies(alert -> {
            assertThat(alert.getSubject()).isEqualTo("post:p1");
            assertThat(alert.getKind()).isEqualTo(AlertKind.ALERT_KIND_SURGE);
            assertThat(alert.getDetectedAtMs()).isEqualTo(START + 20_000);
            assertThat(alert.getStartedAtMs()).isEqualTo(START);
            assertThat(alert.getMessage()).isEqualTo("Likes of post p1 rose to 30 in 10 s, from next to nothing.");
        });
        assertThat(alerts.get(1).getSeverity()).isEqualTo(Severity.SEVERITY_INFO);
        assertThat(alerts.get(1).getMessage()).isEqualTo("Likes of post p1 are back to normal: 0 in 10 s.");
    }

    @Test
    void postsOfTwoTenantsAreTwoPosts() throws Exception {
        // Given likes that are enough for one post, once from one tenant and once half from each of two
        List<Event> events = new ArrayList<>();
        for (int window = 0; window < 2; window++) {
            for (int i = 0; i < 30; i++) {
                events.add(event(START + window * 10_000L + i)
                        .setTenant("acme")
                        .setLike(Like.newBuilder().setPostId("p1"))
                        .build());
                events.add(event(START + window * 10_000L + i)
                        .setTenant(i % 2 == 0 ? "acme" : "globex")
                        .setLike(Like.newBuilder().setPostId("p2"))
                        .build());
            }
        }

        assertThat(alerts(events)).first().satisfies(alert -> {
            assertThat(alert.getTenant()).isEqualTo("acme");
            assertThat(alert.getSubject()).isEqualTo("post:p1");
            assertThat(alert.getMessage()).startsWith("Likes of post p1 rose to 30");
        });
        assertThat(alerts(events)).extracting(Alert::getSubject).doesNotContain("post:p2");
    }

    @Test
    void oneSpikeAloneIsNoSurge() throws Exception {
        List<Event> events = new ArrayList<>();
        likes(events, "p1", 0, 500);
        likes(events, "p1", 2, 500);

        assertThat(alerts(events)).isEmpty();
    }

    @Test
    void nineteenLikesAreTooFew() throws Exception {
        List<Event> events = new ArrayList<>();
        for (int window = 0; window < 5; window++) {
            likes(events, "p1", window, 19);
        }

        assertThat(alerts(events)).isEmpty();
    }

    @Test
    void aSteadyLevelIsNoSurgeAndFiveTimesOfItIs() throws Exception {
        List<Event> events = new ArrayList<>();
        for (int window = 0; window < 60; window++) {
            likes(events, "p1", window, 15);
        }
        likes(events, "p1", 60, 100);
        likes(events, "p1", 61, 100);
        likes(events, "p1", 62, 15);

        List<Alert> alerts = alerts(events);

        assertThat(alerts).extracting(Alert::getRuleId).containsExactly("post-surge", "post-surge-ended");
        assertThat(alerts.get(0).getMessage())
                .isEqualTo("Likes of post p1 rose to 100 in 10 s, 6.7 times the usual 15.");
    }

    @Test
    void unlikesDoNotCount() throws Exception {
        List<Event> events = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            events.add(event(START + i * 200)
                    .setUnlike(Unlike.newBuilder().setPostId("p1"))
                    .build());
        }

        assertThat(alerts(events)).isEmpty();
    }

    @Test
    void theTurnoverOfAGameSurgesToo() throws Exception {
        List<Event> events = new ArrayList<>();
        for (int window = 0; window < 2; window++) {
            events.add(event(START + window * 10_000)
                    .setBet(Bet.newBuilder().setGameId("g1").setAmountE4(200_000))
                    .build());
        }

        assertThat(alerts(events)).extracting(Alert::getSubject).startsWith("game:g1");
    }

    @Test
    void repeatedEventsChangeNothing() throws Exception {
        List<Event> events = new ArrayList<>();
        for (int window = 0; window < 2; window++) {
            for (int i = 0; i < 100; i++) {
                events.add(Event.newBuilder()
                        .setEventId("e" + window + "-" + i % 10)
                        .setUserId("u1")
                        .setOccurredAtMs(START + window * 10_000 + i * 50)
                        .setLike(Like.newBuilder().setPostId("p1"))
                        .build());
            }
        }

        assertThat(alerts(events)).isEmpty();
    }

    @Test
    void itFindsWhatABruteForceReadingFinds() throws Exception {
        int found = 0;
        for (int seed = 1; seed <= 4; seed++) {
            List<Event> events = randomEvents(new Random(seed));

            List<Alert> alerts = alerts(events);

            assertThat(alerts.stream()
                            .map(alert -> new SurgeReader.Found(
                                    alert.getRuleId(), alert.getSubject(), alert.getDetectedAtMs())))
                    .as("seed %d", seed)
                    .containsExactlyInAnyOrderElementsOf(SurgeReader.surges(events));
            assertThat(alerts).extracting(Alert::getAlertId).doesNotHaveDuplicates();
            found += alerts.size();
        }
        assertThat(found).as("the streams are made so that surges are common").isGreaterThan(40);
    }

    /** Levels that jump between nothing, normal and high every few windows, over an hour. */
    private List<Event> randomEvents(Random random) {
        List<Event> events = new ArrayList<>();
        for (int subject = 0; subject < 6; subject++) {
            int level = 0;
            for (int window = 0; window < 360; window++) {
                if (random.nextInt(5) == 0) {
                    level = new int[] {0, 0, 2, 8, 30, 90}[random.nextInt(6)];
                }
                for (int i = 0; i < level; i++) {
                    long atMs = START + window * 10_000L + random.nextInt(10_000);
                    Event.Builder event = event(atMs);
                    events.add(
                            subject % 2 == 0
                                    ? event.setLike(Like.newBuilder().setPostId("p" + subject))
                                            .build()
                                    : event.setBet(Bet.newBuilder()
                                                    .setGameId("g" + subject)
                                                    .setAmountE4(5_000 + random.nextInt(10_000)))
                                            .build());
                }
            }
        }
        events.sort(Comparator.comparingLong(Event::getOccurredAtMs));
        return events;
    }

    private void likes(List<Event> events, String post, int window, int count) {
        for (int i = 0; i < count; i++) {
            events.add(event(START + window * 10_000L + i)
                    .setLike(Like.newBuilder().setPostId(post))
                    .build());
        }
    }

    private Event.Builder event(long atMs) {
        sequence++;
        return Event.newBuilder()
                .setEventId("e" + sequence)
                .setUserId("u" + sequence % 97)
                .setOccurredAtMs(atMs);
    }

    /** By both forms, which must raise the same. */
    private static List<Alert> alerts(List<Event> events) throws Exception {
        var env = TestStreams.environment(2);
        List<Alert> alerts = collected(SurgePipeline.define(
                TestStreams.detection(env, events),
                Duration.ofHours(1),
                RULES.rule("post-surge"),
                RULES.rule("game-surge"),
                TestStreams.rules(env, RULES)));
        List<Alert> byCep = collected(SurgePipeline.defineByCep(
                TestStreams.detection(TestStreams.environment(2), events),
                Duration.ofHours(1),
                RULES.rule("post-surge"),
                RULES.rule("game-surge")));
        assertThat(alerts).as("the compiled form against CEP").isEqualTo(byCep);
        return alerts;
    }

    private static List<Alert> collected(DataStream<Alert> stream) throws Exception {
        List<Alert> alerts = new ArrayList<>();
        try (var results = stream.executeAndCollect()) {
            results.forEachRemaining(alerts::add);
        }
        alerts.sort(Comparator.comparing(Alert::getDetectedAtMs).thenComparing(Alert::getSubject));
        return alerts;
    }
}
