package io.tidegate.replay.oracle;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What must come out of a list of events. Each method takes the events in the order of their arrival and reads them whole;
 * results are in the order of the completing events or sorted by their keys.
 */
public final class Oracle {

    private static final long MINUTE_MS = 60_000;
    private static final List<Long> MILESTONES = List.of(10L, 100L, 1_000L, 10_000L, 100_000L);

    private Oracle() {}

    /** The events without repeats: of each (user, event id) the first. */
    public static List<OracleEvent> distinct(List<OracleEvent> arrivals) {
        record Id(String userId, String eventId) {}
        Set<Id> seen = new HashSet<>();
        List<OracleEvent> firsts = new ArrayList<>();
        for (OracleEvent event : arrivals) {
            if (seen.add(new Id(event.userId(), event.eventId()))) {
                firsts.add(event);
            }
        }
        return firsts;
    }

    public static OracleTotals totals(List<OracleEvent> arrivals) {
        List<OracleEvent> events = distinct(arrivals);
        Map<EventType, Long> byType = new EnumMap<>(EventType.class);
        Set<String> users = new HashSet<>();
        long turnover = 0;
        long payout = 0;
        for (OracleEvent event : events) {
            byType.merge(event.type(), 1L, Long::sum);
            users.add(event.userId());
            if (event.type() == EventType.BET) {
                turnover = Math.addExact(turnover, event.amountE4());
            } else if (event.type() == EventType.BET_OUTCOME) {
                payout = Math.addExact(payout, event.payoutE4());
            }
        }
        return new OracleTotals(events.size(), byType, users.size(), turnover, payout);
    }

    /** The alerts of the eight fraud rules with their default thresholds; definitions: {@link FraudRules}. */
    public static List<OracleAlert> alerts(List<OracleEvent> arrivals) {
        List<OracleEvent> ordered = inDetectionOrder(arrivals);
        List<OracleAlert> alerts = new ArrayList<>();
        for (FraudRule rule : FraudRules.ALL) {
            alerts.addAll(alerts(ordered, rule));
        }
        alerts.sort(Comparator.comparingLong(OracleAlert::detectedAtMs)
                .thenComparing(OracleAlert::ruleId)
                .thenComparing(OracleAlert::subject));
        return alerts;
    }

    private static List<OracleAlert> alerts(List<OracleEvent> ordered, FraudRule rule) {
        Map<String, List<OracleEvent>> bySubject = new HashMap<>();
        Map<String, Long> alertedAt = new HashMap<>();
        List<OracleAlert> alerts = new ArrayList<>();
        for (OracleEvent event : ordered) {
            for (String subject : rule.subjects(event)) {
                List<OracleEvent> soFar = bySubject.computeIfAbsent(subject, s -> new ArrayList<>());
                soFar.add(event);
                Long last = alertedAt.get(subject);
                if (last != null && event.timeMs() < last + rule.windowMs()) {
                    continue;
                }
                List<OracleEvent> match = rule.match(soFar);
                if (!match.isEmpty()) {
                    alertedAt.put(subject, event.timeMs());
                    alerts.add(new OracleAlert(
                            rule.id(),
                            subject,
                            match.stream().map(OracleEvent::eventId).toList(),
                            match.get(0).timeMs(),
                            event.timeMs()));
                }
            }
        }
        return alerts;
    }

    /**
     * The alerts of the two surge rules with their default thresholds, and of their ends; definitions: {@link SurgeRule}.
     *
     * @param untilMs only windows that end until then are measured: without it a series would have no end
     */
    public static List<OracleAlert> surges(List<OracleEvent> arrivals, long untilMs) {
        List<OracleEvent> events = distinct(arrivals);
        List<OracleAlert> alerts = new ArrayList<>();
        for (SurgeRule rule : SurgeRule.values()) {
            alerts.addAll(rule.alerts(events, untilMs));
        }
        alerts.sort(Comparator.comparingLong(OracleAlert::detectedAtMs)
                .thenComparing(OracleAlert::ruleId)
                .thenComparing(OracleAlert::subject));
        return alerts;
    }

    /** Net likes of 10, 100, 1,000, 10,000 and 100,000, each once per post however likes are undone and repeated. */
    public static List<OracleMilestone> milestones(List<OracleEvent> arrivals) {
        List<OracleEvent> events = inDetectionOrder(arrivals);
        Map<String, Long> netLikes = new HashMap<>();
        Map<String, Long> highest = new HashMap<>();
        List<OracleMilestone> milestones = new ArrayList<>();
        for (int i = 0; i < events.size(); i++) {
            OracleEvent event = events.get(i);
            String post = event.postId();
            if (event.type() == EventType.UNLIKE) {
                netLikes.merge(post, -1L, Long::sum);
            } else if (event.type() == EventType.LIKE) {
                long likes = netLikes.merge(post, 1L, Long::sum);
                if (likes > highest.getOrDefault(post, 0L)) {
                    highest.put(post, likes);
                    if (MILESTONES.contains(likes)) {
                        String author = author(post, events, i);
                        milestones.add(new OracleMilestone(post, likes, author, event.eventId(), event.timeMs()));
                    }
                }
            }
        }
        return milestones;
    }

    /** Who is told: the author as known by then or, where nobody is, the first one who becomes known. */
    private static String author(String post, List<OracleEvent> events, int reachedAt) {
        String posted = "";
        String named = "";
        for (int i = 0; i < events.size(); i++) {
            OracleEvent event = events.get(i);
            if (i > reachedAt && !(posted + named).isEmpty()) {
                break;
            }
            if (event.postId().equals(post)) {
                if (event.type() == EventType.POST && posted.isEmpty()) {
                    posted = event.userId();
                } else if (named.isEmpty()) {
                    named = event.authorId();
                }
            }
        }
        return posted.isEmpty() ? named : posted;
    }

    /** Events and distinct users per minute and type, sorted by minute and type. */
    public static List<EventCount> eventCounts(List<OracleEvent> arrivals) {
        record Key(long minute, EventType type) {}
        Map<Key, List<OracleEvent>> byKey = new LinkedHashMap<>();
        for (OracleEvent event : distinct(arrivals)) {
            byKey.computeIfAbsent(new Key(minute(event), event.type()), k -> new ArrayList<>())
                    .add(event);
        }
        return byKey.entrySet().stream()
                .map(entry -> new EventCount(
                        entry.getKey().minute(),
                        entry.getKey().type(),
                        entry.getValue().size(),
                        entry.getValue().stream()
                                .map(OracleEvent::userId)
                                .distinct()
                                .count()))
                .sorted(Comparator.comparingLong(EventCount::windowStartMs).thenComparing(EventCount::type))
                .toList();
    }

    /** Likes, unlikes, comments and shares per minute and post, sorted by minute and post. */
    public static List<PostActivity> postActivity(List<OracleEvent> arrivals) {
        record Key(long minute, String postId) {}
        Map<Key, List<OracleEvent>> byKey = new LinkedHashMap<>();
        for (OracleEvent event : distinct(arrivals)) {
            switch (event.type()) {
                case LIKE, UNLIKE, COMMENT, SHARE ->
                    byKey.computeIfAbsent(new Key(minute(event), event.postId()), k -> new ArrayList<>())
                            .add(event);
                default -> {
                    // Says nothing about a post's activity.
                }
            }
        }
        return byKey.entrySet().stream()
                .map(entry -> new PostActivity(
                        entry.getKey().minute(),
                        entry.getKey().postId(),
                        count(entry.getValue(), EventType.LIKE),
                        count(entry.getValue(), EventType.UNLIKE),
                        count(entry.getValue(), EventType.COMMENT),
                        count(entry.getValue(), EventType.SHARE)))
                .sorted(Comparator.comparingLong(PostActivity::windowStartMs).thenComparing(PostActivity::postId))
                .toList();
    }

    private static long count(List<OracleEvent> events, EventType type) {
        return events.stream().filter(event -> event.type() == type).count();
    }

    /** Bets and outcomes per minute, game, city, device type, bet type and currency, sorted by these. */
    public static List<BetStats> betStats(List<OracleEvent> arrivals) {
        record BetId(String userId, String betId) {}
        Map<BetId, OracleEvent> bets = new HashMap<>();
        Map<BetStats.Key, List<OracleEvent>> byKey = new LinkedHashMap<>();
        for (OracleEvent event : distinct(arrivals)) {
            OracleEvent dimensions = event;
            if (event.type() == EventType.BET) {
                bets.putIfAbsent(new BetId(event.userId(), event.betId()), event);
            } else if (event.type() == EventType.BET_OUTCOME) {
                dimensions = bets.getOrDefault(new BetId(event.userId(), event.betId()), event);
            } else {
                continue;
            }
            BetStats.Key key = new BetStats.Key(
                    minute(event),
                    dimensions.gameId(),
                    dimensions.city(),
                    dimensions.deviceType(),
                    dimensions.betType(),
                    dimensions.currency());
            byKey.computeIfAbsent(key, k -> new ArrayList<>()).add(event);
        }
        return byKey.entrySet().stream()
                .map(entry -> betStats(entry.getKey(), entry.getValue()))
                .sorted(Comparator.comparing(BetStats::key))
                .toList();
    }

    private static BetStats betStats(BetStats.Key key, List<OracleEvent> events) {
        long turnover = 0;
        long payout = 0;
        long odds = 0;
        long oddsCount = 0;
        for (OracleEvent event : events) {
            if (event.type() == EventType.BET) {
                turnover = Math.addExact(turnover, event.amountE4());
                odds = Math.addExact(odds, event.oddsE4());
                oddsCount += event.oddsE4() == 0 ? 0 : 1;
            } else {
                payout = Math.addExact(payout, event.payoutE4());
            }
        }
        return new BetStats(
                key,
                count(events, EventType.BET),
                turnover,
                count(events, EventType.BET_OUTCOME),
                payout,
                odds,
                oddsCount);
    }

    private static long minute(OracleEvent event) {
        return Math.floorDiv(event.timeMs(), MINUTE_MS) * MINUTE_MS;
    }

    private static List<OracleEvent> inDetectionOrder(List<OracleEvent> arrivals) {
        List<OracleEvent> ordered = distinct(arrivals);
        ordered.sort(Comparator.comparingLong(OracleEvent::timeMs)); // stable: arrival decides between equal times
        return ordered;
    }
}
