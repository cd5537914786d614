package io.tidegate.replay.send;

import io.tidegate.replay.events.EventSource;
import io.tidegate.replay.events.ReplayEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;

/** Sends the events of a source, one batch after the other. */
public final class Replay {

    /** Far below what a gateway accepts, so that long events don't make a batch of usual size too large. */
    private static final int MAX_BATCH_BYTES = 1 << 20;

    /** Shorter waits would make batches of single events. */
    private static final Duration SHORTEST_WAIT = Duration.ofMillis(20);

    private final Gateway gateway;
    private final Pacer pacer;
    private final RetryPolicy retries;
    private final int batchSize;
    private final Waiting waiting;
    private final Tally tally;
    private final Progress progress;

    private final List<ReplayEvent> batch = new ArrayList<>();
    private int batchBytes;
    private long skipped;

    public Replay(
            Gateway gateway,
            Speed speed,
            RetryPolicy retries,
            int batchSize,
            Waiting waiting,
            Tally tally,
            Progress progress) {
        this.gateway = gateway;
        this.pacer = new Pacer(speed, waiting);
        this.retries = retries;
        this.batchSize = batchSize;
        this.waiting = waiting;
        this.tally = tally;
        this.progress = progress;
    }

    /**
     * Sends until the source is empty or {@link Waiting#stop()} is called; then the batch in flight is still waited for.
     *
     * @throws UndeliveredException where the gateway refuses a batch or stays away too long
     */
    public void run(EventSource source) throws IOException, UndeliveredException {
        skipped = source.taken();
        for (ReplayEvent event = source.next(); event != null && !waiting.stopped(); event = source.next()) {
            Duration untilDue = pacer.untilDue(event.timeMs());
            if (!untilDue.isZero()) {
                sendBatch(source);
                waitUntilDue(event);
            }
            if (batch.size() == batchSize || batchBytes + event.json().length > MAX_BATCH_BYTES) {
                sendBatch(source);
            }
            batch.add(event);
            batchBytes += event.json().length + 1;
        }
        sendBatch(source);
    }

    private void waitUntilDue(ReplayEvent event) {
        Duration left = pacer.untilDue(event.timeMs());
        while (!left.isZero() && !waiting.stopped()) {
            waiting.pause(left.compareTo(SHORTEST_WAIT) < 0 ? SHORTEST_WAIT : left);
            left = pacer.untilDue(event.timeMs());
        }
    }

    private void sendBatch(EventSource source) throws UndeliveredException {
        if (batch.isEmpty() || waiting.stopped()) {
            return;
        }
        byte[] body = body();
        long firstAttempt = waiting.nanoTime();
        int failures = 0;
        while (!waiting.stopped()) {
            Gateway.Answer answer = gateway.send(body, batch.size());
            if (answer instanceof Gateway.Answer.Judged judged) {
                tally.add(judged, batch);
                long total = source.knownTotal();
                progress.reached(batch.get(batch.size() - 1).timeMs(), total < 0 ? -1 : total - skipped);
                batch.clear();
                batchBytes = 0;
                return;
            }
            if (answer instanceof Gateway.Answer.Refused refused) {
                throw new UndeliveredException(refused.reason());
            }
            Gateway.Answer.Unavailable unavailable = (Gateway.Answer.Unavailable) answer;
            failures++;
            Duration pause = retries.pause(failures, unavailable.retryAfter(), ThreadLocalRandom.current());
            Duration spent = Duration.ofNanos(waiting.nanoTime() - firstAttempt);
            if (spent.plus(pause).compareTo(retries.giveUpAfter()) > 0) {
                throw new UndeliveredException(String.format(
                        Locale.ROOT,
                        "gave up after %d attempts in %d s: %s",
                        failures,
                        spent.toSeconds(),
                        unavailable.reason()));
            }
            progress.unavailable(unavailable.reason(), failures, pause);
            waiting.pause(pause);
        }
    }

    private byte[] body() {
        ByteArrayOutputStream body = new ByteArrayOutputStream(batchBytes + 2);
        char separator = '[';
        for (ReplayEvent event : batch) {
            body.write(separator);
            body.writeBytes(event.json());
            separator = ',';
        }
        body.write(']');
        return body.toByteArray();
    }
}
