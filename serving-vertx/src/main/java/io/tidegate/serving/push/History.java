package io.tidegate.serving.push;

import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;

/** What the feeds' journals no longer have. Thread-safe; futures complete on any thread. */
interface History {

    /** History that is kept nowhere: whatever was missed is a gap. */
    History NONE = (feed, present, channel, filter, from) -> Future.succeededFuture(new Reader() {
        @Override
        public Future<Slice> next() {
            return Future.succeededFuture(new Slice(Gap.since(from), List.of(), present, true));
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    });

    /** Too many others are reading already. */
    final class BusyException extends Exception {
        private static final long serialVersionUID = 1L;

        BusyException() {
            super("too many listeners are catching up at the moment", null, false, false);
        }
    }

    /** What happened between the times may be missing. */
    record Gap(Instant from, Instant to) {
        /** From a place until now. */
        static Gap since(Cursor place) {
            Instant now = Instant.now();
            return new Gap(Instant.ofEpochMilli(Math.min(place.atMs(), now.toEpochMilli())), now);
        }
    }

    /**
     * The next piece.
     *
     * @param gap to be told before the events; null for none
     * @param events each with the place after it, which is this reading's own and not the feed's
     * @param place after the slice; further than after its last event where others' events follow
     * @param settled whether the feed's journal may go on from there, if it reaches so far back. Not while something of the archive was
     *     read and the log isn't yet at the present: an alert whose first appearance was aborted and has been deleted isn't in the
     *     archive, its committed copy may be later in the log, and the journal has the first one only
     */
    record Slice(Gap gap, List<FeedEvent> events, Cursor place, boolean settled) {}

    /** One listener's reading, slice by slice. */
    interface Reader {
        /** Reads on; only after the one before has completed. */
        Future<Slice> next();

        /** Lets others read. No slice is asked for any more. */
        void close();
    }

    /**
     * Waits for its turn and begins to read. The reader goes on until the caller finds the journal to cover its place.
     *
     * @param feed whose topic is read
     * @param present how far the feed has read
     * @param from a place of that topic, as far as is known: made by a gateway, or forged
     */
    Future<Reader> open(StreamFeed feed, Cursor present, Channel channel, Filter filter, Cursor from);
}
