package io.tidegate.replay.events;

/**
 * An event ready to be sent.
 *
 * @param timeMs when it happened, epoch milliseconds
 * @param line of the file where its row begins, to find it again when the gateway refuses it
 * @param json one object of the gateway's contract, UTF-8; not copied, not to be changed
 */
public record ReplayEvent(long timeMs, long line, byte[] json) {}
