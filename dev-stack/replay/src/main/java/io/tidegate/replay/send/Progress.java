package io.tidegate.replay.send;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** Tells how far the replay is: one line that is written over on a terminal, a line every few seconds elsewhere. */
public final class Progress {

    private static final Duration ON_TERMINAL = Duration.ofMillis(200);
    private static final Duration ELSEWHERE = Duration.ofSeconds(5);
    private static final String CLEAR_LINE = "\r\u001b[K";

    private final PrintStream out;
    private final boolean terminal;
    private final Waiting waiting;
    private final Tally tally;
    private long shownNanos;
    private boolean lineOpen;

    public Progress(PrintStream out, boolean terminal, Waiting waiting, Tally tally) {
        this.out = out;
        this.terminal = terminal;
        this.waiting = waiting;
        this.tally = tally;
        this.shownNanos = waiting.nanoTime();
    }

    /** @param total events in all, -1 where that isn't known */
    void reached(long eventTimeMs, long total) {
        if (due()) {
            show(String.format(
                    Locale.ROOT,
                    "%,d%s events, %,.0f/s, rejected %,d, event time %s",
                    tally.sent(),
                    total < 0 ? "" : String.format(Locale.ROOT, " of %,d", total),
                    tally.rate(),
                    tally.rejected(),
                    Instant.ofEpochMilli(eventTimeMs)));
        }
    }

    /** The gateway can't take a batch now. The first failure of a batch is always shown. */
    void unavailable(String reason, int failures, Duration pause) {
        if (failures == 1 || due()) {
            show(String.format(Locale.ROOT, "%s; attempt %d in %.1f s", reason, failures + 1, pause.toMillis() / 1e3));
        }
    }

    private boolean due() {
        return waiting.nanoTime() - shownNanos >= (terminal ? ON_TERMINAL : ELSEWHERE).toNanos();
    }

    private void show(String text) {
        shownNanos = waiting.nanoTime();
        if (terminal) {
            out.print(CLEAR_LINE + text);
            lineOpen = true;
        } else {
            out.println(text);
        }
        out.flush();
    }

    /** Leaves the line that is written over, so that what follows begins on one of its own. */
    public void end() {
        if (lineOpen) {
            out.println();
            lineOpen = false;
        }
    }
}
