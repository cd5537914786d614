package io.tidegate.serving.push;

import com.google.protobuf.Message;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/**
 * One message on its way to listeners. Immutable but for its encodings, which are made at first use, once whatever the number of listeners and event
 * loops, and then shared. Thread-safe.
 */
public final class FeedEvent {

    private final List<Channel> channels;
    private final long sequence;
    private final Cursor place;
    private final int partition;
    private final long offset;
    private final FeedItem item;
    private final Supplier<Message> message;
    private volatile String cursor;
    private volatile byte[] data;
    /** By index of {@link #channels}. */
    private final AtomicReferenceArray<byte[]> frames;

    private final AtomicReferenceArray<byte[]> streams;
    /** Guarded by this. */
    private int encodings;

    /**
     * A value of a state channel.
     *
     * @param channels where it goes; each listener of each of them gets it
     * @param sequence grows within a channel, so that a state channel never goes back to an older value
     * @param cursor where a listener that has this event continues
     * @param data the {@code data} member of the frame: UTF-8 JSON
     * @param message the same as protobuf; called at most a few times, by any thread
     */
    public FeedEvent(List<Channel> channels, long sequence, String cursor, byte[] data, Supplier<Message> message) {
        this.channels = channels;
        this.sequence = sequence;
        this.cursor = cursor;
        this.data = data;
        this.message = message;
        this.item = null;
        this.place = null;
        this.partition = -1;
        this.offset = -1;
        this.frames = new AtomicReferenceArray<>(channels.size());
        this.streams = new AtomicReferenceArray<>(channels.size());
    }

    FeedEvent(List<Channel> channels, long sequence, String cursor, byte[] data) {
        this(channels, sequence, cursor, data, () -> {
            throw new UnsupportedOperationException("there is no protobuf of this event");
        });
    }

    /**
     * An item of a stream.
     *
     * @param sequence grows within the feed of this process
     * @param place right after it
     * @param partition of its record
     * @param offset of its record
     */
    FeedEvent(FeedItem item, long sequence, Cursor place, int partition, long offset) {
        this.channels = item.channels();
        this.sequence = sequence;
        this.item = item;
        this.message = item::message;
        this.place = place;
        this.partition = partition;
        this.offset = offset;
        this.frames = new AtomicReferenceArray<>(channels.size());
        this.streams = new AtomicReferenceArray<>(channels.size());
    }

    public List<Channel> channels() {
        return channels;
    }

    public long sequence() {
        return sequence;
    }

    public String cursor() {
        String text = cursor;
        if (text == null) {
            // Short, and equal whoever makes it.
            text = place.encode();
            cursor = text;
        }
        return text;
    }

    /** Null for a value of a state channel. */
    Cursor place() {
        return place;
    }

    int partition() {
        return partition;
    }

    long offset() {
        return offset;
    }

    /** The protobuf of it: an Alert, a Notification or a Counter. */
    Message message() {
        return message.get();
    }

    boolean matches(Filter filter) {
        return item == null || item.matches(filter);
    }

    /** Bytes in memory, roughly. */
    int weight() {
        return item == null ? data().length : 300 + item.message().getSerializedSize();
    }

    /** The {@code data} member, UTF-8 JSON. Not to be changed. */
    public byte[] data() {
        byte[] json = data;
        if (json == null) {
            synchronized (this) {
                json = data;
                if (json == null) {
                    json = item.json();
                    encodings++;
                    data = json;
                }
            }
        }
        return json;
    }

    /** The whole WebSocket frame for the listeners of {@code channels().get(index)}. Shared: not to be changed. */
    byte[] frame(int index) {
        byte[] frame = frames.getAcquire(index);
        return frame == null ? make(frames, index, () -> Frames.event(channels.get(index), cursor(), data())) : frame;
    }

    /** The frame for somebody whose place after this event isn't the event's own. */
    byte[] frame(int index, String otherCursor) {
        return otherCursor == null ? frame(index) : Frames.event(channels.get(index), otherCursor, data());
    }

    /** The same as a Server-Sent Event. */
    byte[] eventStream(int index, String otherCursor) {
        if (otherCursor != null) {
            return Frames.eventStream(otherCursor, frame(index, otherCursor));
        }
        byte[] text = streams.getAcquire(index);
        return text == null ? make(streams, index, () -> Frames.eventStream(cursor(), frame(index))) : text;
    }

    private synchronized byte[] make(AtomicReferenceArray<byte[]> made, int index, Supplier<byte[]> encoder) {
        byte[] bytes = made.getAcquire(index);
        if (bytes == null) {
            bytes = encoder.get();
            encodings++;
            made.setRelease(index, bytes);
        }
        return bytes;
    }

    /** How many encodings were made so far: of the data, and of a frame for each channel and transport that anybody uses. */
    synchronized int encodings() {
        return encodings;
    }

    @Override
    public String toString() {
        return channels + " " + new String(data(), StandardCharsets.UTF_8);
    }
}
