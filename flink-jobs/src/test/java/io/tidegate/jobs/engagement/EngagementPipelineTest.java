package io.tidegate.jobs.engagement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.tidegate.contracts.v1.Bet;
import io.tidegate.contracts.v1.BetOutcome;
import io.tidegate.contracts.v1.BetResult;
import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.Like;
import io.tidegate.contracts.v1.Notification;
import io.tidegate.contracts.v1.NotificationKind;
import io.tidegate.contracts.v1.Post;
import io.tidegate.contracts.v1.Unlike;
import io.tidegate.jobs.DetectionTime;
import io.tidegate.jobs.rules.RuleSet;
import io.tidegate.jobs.source.TestStreams;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class EngagementPipelineTest {

    @RegisterExtension
    private static final MiniClusterExtension CLUSTER = TestStreams.cluster();

    private static final long START = 1_700_000_000_000L;
    private static final RuleSet RULES = RuleSet.defaults();

    private int sequence;

    @Test
    void anAuthorIsToldOfTenLikes() throws Exception {
        List<Event> events = new ArrayList<>();
        events.add(post("p1", "alice"));
        likes(events, "p1", 10);

        assertThat(notifications(events)).singleElement().satisfies(notification -> {
            assertThat(notification.getKind()).isEqualTo(NotificationKind.NOTIFICATION_KIND_MILESTONE);
            assertThat(notification.getRecipient()).isEqualTo("alice");
            assertThat(notification.getMessage()).isEqualTo("Your post p1 got 10 likes!");
            assertThat(notification.getMilestone().getLikes()).isEqualTo(10);
        });
    }

    @Test
    void tenantsShareNeitherPostsNorBets() throws Exception {
        // Given ten likes of a post and a bet with its outcome, each of two tenants together; then all of it from one
        // alone
        List<Event> events = new ArrayList<>();
        List<Event> once = new ArrayList<>();
        once.add(post("p1", "alice"));
        likes(once, "p1", 10);
        bet(once, "u1", "b1", 50_000, 1_000_000);
        for (int i = 0; i < once.size(); i++) {
            events.add(once.get(i).toBuilder()
                    .setTenant(i % 2 == 0 ? "acme" : "globex")
                    .build());
        }
        once.forEach(event -> events.add(event.toBuilder().setTenant("initech").build()));

        List<Notification> notifications = notifications(events);

        assertThat(notifications)
                .extracting(Notification::getTenant, Notification::getRecipient)
                .containsExactlyInAnyOrder(tuple("initech", "alice"), tuple("initech", "u1"));
        assertThat(notifications)
                .extracting(notification -> notification.getMilestone().getPostId())
                .contains("p1");
    }

    @Test
    void nineLikesAreNoMilestone() throws Exception {
        List<Event> events = new ArrayList<>();
        events.add(post("p1", "alice"));
        likes(events, "p1", 9);

        assertThat(notifications(events)).isEmpty();
    }

    @Test
    void aMilestoneIsToldOnceHoweverLikesAreUndoneAndRepeated() throws Exception {
        List<Event> events = new ArrayList<>();
        events.add(post("p1", "alice"));
        likes(events, "p1", 10);
        for (int i = 0; i < 20; i++) {
            events.add(event("u" + i)
                    .setUnlike(Unlike.newBuilder().setPostId("p1"))
                    .build());
            likes(events, "p1", 1);
        }

        assertThat(notifications(events)).hasSize(1);
    }

    @Test
    void whatWasReachedBeforeTheAuthorIsKnownIsToldAsSoonAsItIs() throws Exception {
        List<Event> events = new ArrayList<>();
        likes(events, "p1", 120);
        events.add(post("p1", "alice"));

        assertThat(notifications(events))
                .extracting(notification -> notification.getMilestone().getLikes())
                .containsExactly(10L, 100L);
    }

    @Test
    void anAuthorNamedByALikeIsToldToo() throws Exception {
        List<Event> events = new ArrayList<>();
        likes(events, "p1", 9);
        events.add(event("u1")
                .setLike(Like.newBuilder().setPostId("p1").setAuthorId("bob"))
                .build());

        assertThat(notifications(events)).extracting(Notification::getRecipient).containsExactly("bob");
    }

    @Test
    void aPayoutOfTwentyTimesTheStakeIsABigWin() throws Exception {
        List<Event> events = new ArrayList<>();
        bet(events, "u1", "b1", 50_000, 1_000_000);
        bet(events, "u1", "b2", 50_000, 999_999);

        assertThat(notifications(events)).singleElement().satisfies(notification -> {
            assertThat(notification.getBigWin().getBetId()).isEqualTo("b1");
            assertThat(notification.getMessage()).isEqualTo("Big win! Your bet of 5 EUR on game g1 paid 100 EUR.");
        });
    }

    @Test
    void anOutcomeOfSomebodyElsesBetIdIsNoBigWin() throws Exception {
        List<Event> events = new ArrayList<>();
        events.add(event("u1")
                .setBet(Bet.newBuilder().setBetId("b1").setGameId("g1").setAmountE4(1))
                .build());
        events.add(outcome("u2", "b1", 1_000_000));

        assertThat(notifications(events)).isEmpty();
    }

    @Test
    void fiftyBetsWithinFiveMinutesSuggestABreakOnce() throws Exception {
        List<Event> events = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            events.add(betAt("u1", START + i * 1_000L));
        }

        assertThat(notifications(events)).singleElement().satisfies(notification -> {
            assertThat(notification.getRecipient()).isEqualTo("u1");
            assertThat(notification.getCreatedAtMs()).isEqualTo(START + 49_000);
        });
    }

    @Test
    void itFindsWhatABruteForceReadingFinds() throws Exception {
        for (int seed = 1; seed <= 4; seed++) {
            List<Event> events = randomEvents(new Random(seed));

            List<Notification> notifications = notifications(events);

            assertThat(notifications.stream().map(EngagementPipelineTest::what))
                    .as("seed %d", seed)
                    .containsExactlyInAnyOrderElementsOf(bruteForce(events));
            assertThat(notifications)
                    .extracting(Notification::getNotificationId)
                    .doesNotHaveDuplicates();
        }
    }

    private static String what(Notification notification) {
        return switch (notification.getDataCase()) {
            case MILESTONE ->
                "milestone " + notification.getMilestone().getPostId() + " "
                        + notification.getMilestone().getLikes() + " for " + notification.getRecipient();
            case BIG_WIN -> "big win " + notification.getBigWin().getBetId() + " for " + notification.getRecipient();
            case TAKE_A_BREAK -> "break at " + notification.getCreatedAtMs() + " for " + notification.getRecipient();
            case DATA_NOT_SET -> throw new AssertionError("notification without data");
        };
    }

    private static List<String> bruteForce(List<Event> events) {
        List<String> found = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        Map<String, Integer> net = new HashMap<>();
        Map<String, Set<Integer>> told = new HashMap<>();
        Map<String, Long> stakes = new HashMap<>();
        Map<String, ArrayDeque<Long>> bets = new HashMap<>();
        Map<String, Long> silentUntil = new HashMap<>();
        for (Event event : events) {
            String user = event.getUserId();
            if (!seen.add(user + " " + event.getEventId())) {
                continue;
            }
            if (event.hasLike() || event.hasUnlike()) {
                String post = event.hasLike()
                        ? event.getLike().getPostId()
                        : event.getUnlike().getPostId();
                int likes = net.merge(post, event.hasLike() ? 1 : -1, Integer::sum);
                for (int milestone : new int[] {10, 100, 1_000}) {
                    if (likes >= milestone
                            && told.computeIfAbsent(post, p -> new HashSet<>()).add(milestone)) {
                        found.add("milestone " + post + " " + milestone + " for author-" + post);
                    }
                }
            } else if (event.hasBet()) {
                stakes.put(
                        user + " " + event.getBet().getBetId(), event.getBet().getAmountE4());
                ArrayDeque<Long> times = bets.computeIfAbsent(user, u -> new ArrayDeque<>());
                long at = event.getOccurredAtMs();
                times.add(at);
                while (times.peek() < at - 300_000) {
                    times.poll();
                }
                if (times.size() >= 50 && at >= silentUntil.getOrDefault(user, 0L)) {
                    silentUntil.put(user, at + 300_000);
                    found.add("break at " + at + " for " + user);
                }
            } else if (event.hasBetOutcome()) {
                Long stake = stakes.remove(user + " " + event.getBetOutcome().getBetId());
                if (stake != null && event.getBetOutcome().getPayoutE4() >= 20 * stake) {
                    found.add("big win " + event.getBetOutcome().getBetId() + " for " + user);
                }
            }
        }
        return found;
    }

    private List<Event> randomEvents(Random random) {
        List<Event> events = new ArrayList<>();
        for (int post = 0; post < 5; post++) {
            events.add(post("p" + post, "author-p" + post));
        }
        long nowMs = START;
        for (int i = 0; i < 6_000; i++) {
            nowMs += random.nextInt(1_500);
            String user = "u" + random.nextInt(6);
            Event.Builder event = event(user).setOccurredAtMs(nowMs);
            if (random.nextInt(20) == 0) {
                // A repeat, which may say something else
                event.setEventId("e" + (1 + random.nextInt(Math.max(1, sequence - 1))));
            }
            String post = "p" + random.nextInt(5);
            switch (random.nextInt(5)) {
                case 0, 1 -> event.setLike(Like.newBuilder().setPostId(post));
                case 2 -> event.setUnlike(Unlike.newBuilder().setPostId(post));
                case 3 ->
                    event.setBet(Bet.newBuilder()
                            .setBetId("b" + random.nextInt(50))
                            .setGameId("g1")
                            .setAmountE4(1 + random.nextInt(100)));
                default ->
                    event.setBetOutcome(BetOutcome.newBuilder()
                            .setBetId("b" + random.nextInt(50))
                            .setGameId("g1")
                            .setPayoutE4(random.nextInt(2_500)));
            }
            events.add(event.build());
        }
        return Collections.unmodifiableList(events);
    }

    private void bet(List<Event> events, String user, String betId, long stakeE4, long payoutE4) {
        events.add(event(user)
                .setBet(Bet.newBuilder()
                        .setBetId(betId)
                        .setGameId("g1")
                        .setAmountE4(stakeE4)
                        .setCurrency("EUR"))
                .build());
        events.add(outcome(user, betId, payoutE4));
    }

    private Event outcome(String user, String betId, long payoutE4) {
        return event(user)
                .setBetOutcome(BetOutcome.newBuilder()
                        .setBetId(betId)
                        .setGameId("g1")
                        .setResult(BetResult.BET_RESULT_WIN)
                        .setPayoutE4(payoutE4)
                        .setCurrency("EUR"))
                .build();
    }

    private Event betAt(String user, long atMs) {
        return event(user)
                .setOccurredAtMs(atMs)
                .setBet(Bet.newBuilder().setGameId("g1").setAmountE4(10_000))
                .build();
    }

    private Event post(String postId, String author) {
        return event(author).setPost(Post.newBuilder().setPostId(postId)).build();
    }

    private void likes(List<Event> events, String post, int count) {
        for (int i = 0; i < count; i++) {
            events.add(event("u" + i).setLike(Like.newBuilder().setPostId(post)).build());
        }
    }

    private Event.Builder event(String user) {
        sequence++;
        return Event.newBuilder().setEventId("e" + sequence).setUserId(user).setOccurredAtMs(START + sequence * 10L);
    }

    private static List<Notification> notifications(List<Event> events) throws Exception {
        // One partition and one instance: the order between users, which a brute-force reading has, is the stream's.
        var env = TestStreams.environment(1);
        List<Notification> notifications = new ArrayList<>();
        try (var results = EngagementPipeline.define(
                        TestStreams.detection(env, events),
                        DetectionTime.APPEND,
                        Duration.ofHours(10),
                        RULES.rule("big-win"),
                        RULES.rule("take-a-break"),
                        TestStreams.rules(env, RULES))
                .executeAndCollect()) {
            results.forEachRemaining(notifications::add);
        }
        return notifications;
    }
}
