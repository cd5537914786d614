package io.tidegate.serving.push;

import com.google.protobuf.Message;
import java.util.List;

/** What one record of a stream topic says, decoded. Immutable. */
interface FeedItem {

    /** Two records with one id say the same thing, and the second is dropped. */
    String id();

    /** When what it tells happened, by the clock of detection (epoch milliseconds). */
    long happenedAtMs();

    /** Where it goes. */
    List<Channel> channels();

    Message message();

    /** The {@code data} member of the contract, UTF-8. */
    byte[] json();

    boolean matches(Filter filter);

    /** Turns a record's value into an item. */
    @FunctionalInterface
    interface Decoder {
        /**
         * @param value null for a record without one
         * @throws IllegalArgumentException if it can't be understood
         */
        FeedItem decode(byte[] value);
    }
}
