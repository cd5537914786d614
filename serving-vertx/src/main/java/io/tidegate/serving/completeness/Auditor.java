package io.tidegate.serving.completeness;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Finding;
import io.tidegate.serving.query.CompletenessRow;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the books at an interval and has findings written. Every gateway does; who writes is settled by {@link LedgerTopic}.
 *
 * <p>The newest minutes are compared every time, the whole window once a minute: a row that vanishes later is noticed too, and the
 * store isn't asked for an hour of counts every few seconds.
 */
public final class Auditor {

    private static final Logger LOG = LoggerFactory.getLogger(Auditor.class);

    private static final List<String> TOPICS = List.of(Topics.EVENTS, Topics.ALERTS, Topics.NOTIFICATIONS);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration RECENT = Duration.ofMinutes(5);
    /** An open finding is followed this long. */
    private static final Duration FOLLOWED = Duration.ofHours(24);

    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);

    /** Where the books come from. */
    @FunctionalInterface
    public interface Books {
        /** Both whole minutes; {@code to} is exclusive. */
        CompletableFuture<List<CompletenessRow>> between(Instant from, Instant to);
    }

    private final CompletenessConfig config;
    private final Books books;
    private final Ledger ledger;
    private final Clock clock;

    /** The last known books of the window. */
    private final Map<CompletenessRow.Cell, CompletenessRow> rows = new HashMap<>();

    private final Map<String, AtomicLong> missing = new HashMap<>();
    private final Map<String, AtomicLong> surplus = new HashMap<>();
    private final AtomicLong openFindings = new AtomicLong();
    private final AtomicLong comparedAtMs = new AtomicLong();
    /** Whoever has just started sees what is on its way as missing: the whole platform may have just started. */
    private final Instant speaksFrom;

    private final Counter compared;
    private final Counter unanswered;
    private Instant wholeWindowAt = Instant.MIN;
    /** What began before then has been compared with the store at some time, or ended before this process began. */
    private Instant comparedTo;

    private boolean saidUnanswered;

    Auditor(CompletenessConfig config, Books books, Ledger ledger, MeterRegistry meters, Clock clock) {
        this.config = config;
        this.books = books;
        this.ledger = ledger;
        this.clock = clock;
        this.comparedTo = minuteOf(clock.instant());
        this.speaksFrom = clock.instant().plus(config.settling());
        for (String topic : TOPICS) {
            missing.put(topic, difference(meters, topic, "missing"));
            surplus.put(topic, difference(meters, topic, "surplus"));
        }
        Gauge.builder("tidegate.completeness.findings", openFindings, AtomicLong::get)
                .description("Stretches of minutes whose books don't balance")
                .register(meters);
        compared = comparisons(meters, "ok");
        unanswered = comparisons(meters, "unanswered");
        comparedAtMs.set(clock.millis());
        Gauge.builder("tidegate.completeness.age", comparedAtMs, at -> (clock.millis() - at.get()) / 1000.0)
                .description("Since the books were last compared with the store, or since the start")
                .baseUnit("seconds")
                .register(meters);
    }

    private static AtomicLong difference(MeterRegistry meters, String topic, String kind) {
        AtomicLong value = new AtomicLong();
        Gauge.builder("tidegate.completeness.difference", value, AtomicLong::get)
                .description(
                        "Records of the compared window that should be stored and aren't, rows that are there beyond them")
                .tag("topic", topic)
                .tag("kind", kind)
                .register(meters);
        return value;
    }

    private static Counter comparisons(MeterRegistry meters, String outcome) {
        return Counter.builder("tidegate.completeness.comparisons")
                .description("Comparisons of the books with the store, by whether it answered")
                .tag("outcome", outcome)
                .register(meters);
    }

    /** Until the thread is interrupted. */
    void run(LedgerTopic topic) {
        long nextNanos = System.nanoTime();
        while (!Thread.currentThread().isInterrupted()) {
            try {
                topic.read(POLL);
                if (System.nanoTime() - nextNanos >= 0) {
                    nextNanos = System.nanoTime() + config.interval().toNanos();
                    topic.readToEnd();
                    compare(topic);
                }
            } catch (org.apache.kafka.common.errors.InterruptException e) {
                Thread.currentThread().interrupt();
            } catch (KafkaException e) {
                LOG.debug("Topic ledger can't be read or written; it is tried again", e);
            } catch (RuntimeException e) {
                LOG.error("Comparing the books failed; it is tried again", e);
            }
        }
    }

    /** Once. */
    void compare(LedgerTopic topic) {
        Instant now = clock.instant();
        Instant settledBefore = minuteOf(now.minus(config.settling()));
        boolean fresh = refresh(now, settledBefore);
        long fromMs = windowStart(now).toEpochMilli();
        rows.keySet().removeIf(cell -> cell.minuteMs() < fromMs);
        if (!fresh) {
            acceptedLately(settledBefore);
        }
        publish();
        if (!now.isBefore(speaksFrom)
                && !Findings.decide(rows.values(), ledger.findings(), fromMs, fresh)
                        .isEmpty()) {
            topic.write(() -> Findings.decide(rows.values(), ledger.findings(), fromMs, fresh))
                    .forEach(decision -> tell(decision, now));
        }
        (fresh ? compared : unanswered).increment();
        openFindings.set(ledger.findings().stream().filter(Finding::getOpen).count());
    }

    /** Whether the store has answered. */
    private boolean refresh(Instant now, Instant settledBefore) {
        boolean whole = !now.isBefore(wholeWindowAt.plus(MINUTE));
        Instant from = whole ? windowStart(now) : minuteOf(settledBefore.minus(RECENT));
        try {
            Collection<CompletenessRow> answer =
                    books.between(from, settledBefore).get(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            rows.keySet().removeIf(cell -> cell.minuteMs() >= from.toEpochMilli());
            answer.forEach(row -> rows.put(row.cell(), row));
            if (whole) {
                wholeWindowAt = now;
            }
            comparedAtMs.set(now.toEpochMilli());
            comparedTo = settledBefore;
            saidUnanswered = false;
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            if (!saidUnanswered) {
                saidUnanswered = true;
                LOG.warn("The books can't be compared: the store doesn't answer ({})", e.toString());
            }
        }
        return false;
    }

    /** While the store is away, what gateways have accepted since is all that is known. */
    private void acceptedLately(Instant settledBefore) {
        ledger.accepted(comparedTo.toEpochMilli(), settledBefore.toEpochMilli())
                .forEach((cell, records) -> rows.merge(
                        cell,
                        new CompletenessRow(cell.minuteMs(), cell.topic(), cell.partition(), records, 0, 0, 0, 0),
                        (known, more) -> known.atLeastAccepted(records)));
    }

    private Instant windowStart(Instant now) {
        Instant start = now.minus(config.window());
        for (Finding finding : ledger.findings()) {
            if (finding.getOpen() && finding.getFromMs() < start.toEpochMilli()) {
                start = Instant.ofEpochMilli(finding.getFromMs());
            }
        }
        Instant earliest = now.minus(FOLLOWED);
        return minuteOf(start.isBefore(earliest) ? earliest : start);
    }

    private void publish() {
        for (String topic : TOPICS) {
            long lost = 0;
            long extra = 0;
            for (CompletenessRow row : rows.values()) {
                if (row.topic().equals(topic)) {
                    lost += Math.max(0, row.difference());
                    extra += Math.max(0, -row.difference());
                }
            }
            missing.get(topic).set(lost);
            surplus.get(topic).set(extra);
        }
    }

    private static void tell(Findings.Decision decision, Instant now) {
        FindingAlerts.of(decision, now).ifPresentOrElse(alert -> LOG.warn("{}", alert.getMessage()), () -> {
            if (decision instanceof Findings.Decision.Expired) {
                LOG.warn(
                        "Topic {}: the difference from {} on is no longer followed",
                        decision.finding().getTopic(),
                        Instant.ofEpochMilli(decision.finding().getFromMs()));
            }
        });
    }

    private static Instant minuteOf(Instant time) {
        return Instant.ofEpochMilli(time.toEpochMilli() / Ledger.MINUTE_MS * Ledger.MINUTE_MS);
    }
}
