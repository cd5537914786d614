package io.tidegate.jobs;

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

    private Uids() {}
}
