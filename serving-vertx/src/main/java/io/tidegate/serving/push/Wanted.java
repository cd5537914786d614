package io.tidegate.serving.push;

import io.tidegate.serving.auth.Principal;
import java.util.Optional;

/**
 * A subscription that somebody asks for: checked, and allowed to that person.
 *
 * @param cursor where to continue; null for from now on
 * @param filter within what this person may read
 */
record Wanted(Channel channel, Cursor cursor, Filter filter) {

    /** It can't be had. */
    static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;
        private final PushError error;
        private final String channel;

        RefusedException(PushError error, String channel) {
            super(error.message(), null, false, false);
            this.error = error;
            this.channel = channel;
        }

        PushError error() {
            return error;
        }

        /** The channel's name, if it is one; null otherwise: it may be long or hold anything. */
        String channel() {
            return channel;
        }
    }

    /**
     * The same checks for every transport, and for a subscription with a cursor the same as without: a cursor names a place and
     * grants nothing.
     *
     * @param name as the client wrote it
     * @param cursorText null or empty for none
     * @throws RefusedException if the name is outside the grammar, the channel isn't this person's to read (whether it exists
     *     or not), the cursor isn't one of the channel's, or the filter is out of bounds or not for this channel
     */
    static Wanted of(Principal who, String name, String cursorText, Filter filter) throws RefusedException {
        Channel channel = Channel.parse(name).orElseThrow(() -> new RefusedException(PushError.BAD_CHANNEL, null));
        if (!channel.readableBy(who)) {
            throw new RefusedException(PushError.FORBIDDEN, channel.name());
        }
        if (!filter.isNone() && (channel.family() != Channel.Family.ALERTS || !filter.isValid())) {
            throw new RefusedException(PushError.BAD_FILTER, channel.name());
        }
        Filter allowed = filter.within(channel.scope(who));
        if (cursorText == null) {
            return new Wanted(channel, null, allowed);
        }
        Optional<Cursor> cursor = Cursor.decode(cursorText)
                .filter(c -> c.topicTag() == channel.family().topicTag());
        return new Wanted(
                channel, cursor.orElseThrow(() -> new RefusedException(PushError.BAD_CURSOR, channel.name())), allowed);
    }
}
