package io.tidegate.serving.push;

import java.util.List;

/** Where records stay that the log no longer has. Calls block. */
public interface Archive {

    /** None: whatever the log has lost is lost. */
    Archive NONE = (family, channel, filter, holes, sinceMs, first, max) -> new Page(List.of(), false, true);

    /** It can't be asked at the moment. */
    final class UnavailableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnavailableException(Throwable cause) {
            super("the archive can't be asked", cause);
        }
    }

    /** Offsets of a partition, {@code from} inclusive, {@code to} exclusive. */
    record Hole(int partition, long from, long to) {}

    /** A record that was archived. */
    record Row(int partition, long offset, long raisedAtMs, FeedItem item) {}

    /**
     * @param rows ordered by partition, then offset
     * @param more whether there are further ones
     * @param mayMiss whether records of the holes may be missing in the archive
     */
    record Page(List<Row> rows, boolean more, boolean mayMiss) {}

    /**
     * The first rows of a channel in the holes.
     *
     * @param sinceMs append time before which nothing was missed: rows of an earlier topic of that name have the same offsets
     * @param first whether to find out, too, if records may be missing; false otherwise
     * @param max rows of the page
     */
    Page page(
            Channel.Family family,
            Channel channel,
            Filter filter,
            List<Hole> holes,
            long sinceMs,
            boolean first,
            int max)
            throws UnavailableException;
}
