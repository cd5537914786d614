package io.tidegate.jobs;

import java.util.Set;
import java.util.stream.Stream;

/**
 * The uid of every operator with or without state: what ties an operator to its state in a savepoint. Never rename one and
 * never give a freed one to another operator. {@code UidsTest} proves that each job sets a uid on every operator and that no
 * job has one twice.
 *
 * <p>Uids are per job, so two jobs may share the ones of the stages that they have in common.
 */
public final class Uids {

    /** Stages that several jobs have in common. */
    public static final class Source {
        public static final String EVENTS = "events-source";
        public static final String EVENTS_DEAD_LETTERS = "events-dead-letters";
        public static final String OCCURRED_TIME = "events-occurred-time";
        public static final String DEDUPLICATION = "events-deduplication";

        private Source() {}
    }

    /** The stream of rules, in every job that has rules. */
    public static final class Rules {
        public static final String TOPIC = "rules-source";
        public static final String LOG = "rules-log";

        private Rules() {}
    }

    /** Job archive. */
    public static final class Archive {
        public static final String ALERTS = "alerts-source";
        public static final String NOTIFICATIONS = "notifications-source";
        public static final String EVENT = "archived-event";
        public static final String EVENTS_TABLE = "table-events";
        public static final String ALERTS_TABLE = "table-alerts";
        public static final String NOTIFICATIONS_TABLE = "table-notifications";
        public static final String DEAD_LETTERS = "dead-letters-topic";
        public static final String ALERT_DEDUPLICATION = "alerts-deduplication";
        public static final String NOTIFICATION_DEDUPLICATION = "notifications-deduplication";

        private Archive() {}
    }

    /** The books of completeness, in job archive. */
    public static final class Completeness {
        public static final String LEDGER = "ledger-source";
        public static final String ACCEPTED = "ledger-accepted";
        public static final String DEAD = "ledger-dead";
        public static final String BOOKS = "ledger-books";
        public static final String TABLE = "table-completeness";

        private Completeness() {}

        /** The stage that counts what is read of a topic. */
        public static String read(String topic) {
            return "ledger-read-" + topic;
        }

        /** The stage that counts a topic's repeats. */
        public static String repeated(String topic) {
            return "ledger-repeated-" + topic;
        }
    }

    /** Job {@code aggregation}. */
    public static final class Aggregation {
        public static final String FIELDS = "aggregation-fields";
        public static final String PANES = "aggregation-panes";
        public static final String EVENT_SHARDS = "event-counts-by-user-shard";
        public static final String EVENT_COUNTS = "event-counts";
        public static final String POST_ACTIVITY = "post-activity";
        public static final String BET_OUTCOMES = "bet-outcomes";
        public static final String BET_STATS = "bet-stats";
        public static final String POST_TOTALS = "post-totals";
        public static final String LEADERBOARD = "posts-leaderboard";
        public static final String COUNTERS_SINK = "counters-sink";
        public static final String EVENT_COUNTS_SINK = "event-counts-sink";
        public static final String POST_ACTIVITY_SINK = "post-activity-sink";
        public static final String BET_STATS_SINK = "bet-stats-sink";

        private Aggregation() {}
    }

    /** Job {@code fraud}. A rule's stages are named after it: see the methods. */
    public static final class Fraud {
        public static final String EVENTS = "fraud-events";
        public static final String SUBJECTS = "fraud-subjects";
        public static final String USERS = "fraud-rules-about-users";
        public static final String SHARED = "fraud-rules-about-shared";
        public static final String LATE_RECORDS = "fraud-late-records";
        public static final String SUPPRESSION = "fraud-suppression";
        public static final String LATE_EVENTS_OF_CEP = "fraud-late-events-of-cep";
        public static final String LATE_RECORDS_OF_CEP = "fraud-late-records-of-cep";
        public static final String ALERTS = "fraud-alerts";

        private Fraud() {}

        /** The stage that picks a rule's events. */
        public static String observe(String ruleId) {
            return "observe-" + ruleId;
        }

        /** The stage that prepares a rule's events, where it has one. */
        public static String prepare(String ruleId) {
            return "prepare-" + ruleId;
        }

        /**
         * The stage that matches a rule's pattern. Its state is that of a pattern of one length: with another length it is
         * another stage, or Flink would take the old open matches for those of the new pattern.
         */
        public static String match(String ruleId, int length) {
            return "match-" + ruleId + "-" + length;
        }
    }

    /** Job {@code surge}; on CEP the stages per subject add {@code -post-surge} or {@code -game-surge}. */
    public static final class Surge {
        public static final String PROJECTION = "surge-events";
        public static final String SURGES = "surge-detection";
        public static final String FILTER = "surge-filter";
        public static final String WINDOWS = "surge-windows";
        public static final String LATE = "surge-late";
        public static final String BASELINE = "surge-baseline";
        public static final String START = "surge-start";
        public static final String END = "surge-end";
        public static final String LIFECYCLE = "surge-lifecycle";
        public static final String ALERTS = "surge-alerts";

        private Surge() {}
    }

    /** Job {@code engagement}. */
    public static final class Engagement {
        public static final String PROJECTION = "engagement-events";
        public static final String POSTS = "engagement-posts";
        public static final String MILESTONES = "engagement-milestones";
        public static final String BETS = "engagement-bets";
        public static final String BIG_WINS = "engagement-big-wins";
        public static final String PLACED_BETS = "engagement-placed-bets";
        public static final String BREAKS = "engagement-breaks";
        public static final String NOTIFICATIONS = "engagement-notifications";

        private Engagement() {}
    }

    private static final Set<String> DETECTION = Set.of(
            Fraud.SUBJECTS,
            Fraud.USERS,
            Fraud.SHARED,
            Fraud.LATE_RECORDS,
            Fraud.SUPPRESSION,
            Fraud.LATE_EVENTS_OF_CEP,
            Fraud.LATE_RECORDS_OF_CEP,
            Surge.SURGES,
            Surge.BASELINE,
            Surge.START,
            Surge.END,
            Surge.LIFECYCLE,
            Rules.TOPIC,
            Rules.LOG);

    /**
     * Whether it names a stage that only one form of detection has ({@link DetectionForm}), or only some rules: such a stage comes
     * and goes with an option or the rules file, and its state, half-made matches and silences, with it. All else in a checkpoint
     * must have an owner.
     */
    public static boolean comesAndGoes(String uid) {
        return DETECTION.contains(uid)
                || Stream.of(
                                "observe-",
                                "prepare-",
                                "match-",
                                Surge.FILTER + "-",
                                Surge.WINDOWS + "-",
                                Surge.LATE + "-")
                        .anyMatch(uid::startsWith);
    }

    private Uids() {}
}
