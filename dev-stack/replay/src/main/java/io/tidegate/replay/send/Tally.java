package io.tidegate.replay.send;

import io.tidegate.replay.events.ReplayEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Counts what the gateway answered. Read by the progress line and, on Ctrl-C, by another thread. */
public final class Tally {

    private static final int SHOWN_REJECTIONS = 10;

    private final Waiting waiting;
    private final long startedNanos;
    private long accepted;
    private long rejected;
    private final Map<String, Long> rejectedByCode = new TreeMap<>();
    private final List<String> shownRejections = new ArrayList<>();

    public Tally(Waiting waiting) {
        this.waiting = waiting;
        this.startedNanos = waiting.nanoTime();
    }

    synchronized void add(Gateway.Answer.Judged answer, List<ReplayEvent> batch) {
        accepted += answer.accepted();
        rejected += answer.rejected().size();
        for (Gateway.Rejection rejection : answer.rejected()) {
            rejectedByCode.merge(rejection.code(), 1L, Long::sum);
            if (shownRejections.size() < SHOWN_REJECTIONS) {
                shownRejections.add("line " + batch.get(rejection.index()).line() + ": " + rejection.code()
                        + (rejection.field().isEmpty() ? "" : " " + rejection.field()) + ": " + rejection.message());
            }
        }
    }

    public synchronized long sent() {
        return accepted + rejected;
    }

    public synchronized long rejected() {
        return rejected;
    }

    /** Sent events per second so far. */
    synchronized double rate() {
        return sent() / Math.max(elapsed().toNanos() / 1e9, 1e-3);
    }

    private Duration elapsed() {
        return Duration.ofNanos(waiting.nanoTime() - startedNanos);
    }

    /** One line per number, name first: for people and for scripts. */
    public synchronized String summary() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(Locale.ROOT, "%-9s %d%n", "sent", sent()));
        text.append(String.format(Locale.ROOT, "%-9s %d%n", "accepted", accepted));
        text.append(String.format(Locale.ROOT, "%-9s %d%n", "rejected", rejected));
        rejectedByCode.forEach((code, count) -> text.append(String.format(Locale.ROOT, "  %-24s %d%n", code, count)));
        shownRejections.forEach(line -> text.append("  ").append(line).append(System.lineSeparator()));
        text.append(
                String.format(Locale.ROOT, "%-9s %.1f%n", "seconds", elapsed().toNanos() / 1e9));
        text.append(String.format(Locale.ROOT, "%-9s %.0f%n", "events/s", rate()));
        return text.toString();
    }
}
