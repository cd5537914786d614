package io.tidegate.serving.push;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One message on its way to sockets. Immutable but for the frames, which are encoded at first use and then shared.
 */
public final class FeedEvent {

    private final List<Channel> channels;
    private final long sequence;
    private final String cursor;
    private final byte[] data;
    /** By index of {@link #channels}. Two event loops may both encode one: the results are equal, either may win. */
    private final byte[][] frames;

    /**
     * @param channels where it goes; each listener of each of them gets it
     * @param sequence grows within a channel, so that a state channel never goes back to an older value
     * @param cursor where a listener that has this event continues
     * @param data the {@code data} member of the frame: UTF-8 JSON
     */
    public FeedEvent(List<Channel> channels, long sequence, String cursor, byte[] data) {
        this.channels = channels;
        this.sequence = sequence;
        this.cursor = cursor;
        this.data = data;
        this.frames = new byte[channels.size()][];
    }

    public List<Channel> channels() {
        return channels;
    }

    public long sequence() {
        return sequence;
    }

    public String cursor() {
        return cursor;
    }

    /** The {@code data} member, UTF-8 JSON. Not to be changed. */
    public byte[] data() {
        return data;
    }

    /** The whole frame for the listeners of {@code channels().get(index)}. Shared: not to be changed. */
    byte[] frame(int index) {
        byte[] frame = frames[index];
        if (frame == null) {
            frame = Frames.event(channels.get(index), cursor, data);
            frames[index] = frame;
        }
        return frame;
    }

    @Override
    public String toString() {
        return channels + " " + new String(data, StandardCharsets.UTF_8);
    }
}
