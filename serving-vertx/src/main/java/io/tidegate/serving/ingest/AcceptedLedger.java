package io.tidegate.serving.ingest;

import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Accepted;
import io.tidegate.contracts.v1.LedgerEntry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * How many records of topic {@code events} this process has had acknowledged, by partition and minute of the broker's append time;
 * published on topic {@code ledger} as absolute counts.
 *
 * <p>It never says more than is true: a count that isn't published, because the process was killed within the second or the broker
 * didn't take it, is missing from the books, and a missing one raises no alarm. Safe for use by many threads.
 */
final class AcceptedLedger {

    private static final long MINUTE_MS = TimeUnit.MINUTES.toMillis(1);
    /** An acknowledgement comes within the delivery timeout, which is at most ten minutes. */
    private static final int MINUTES_KEPT = 15;

    /** A minute of one partition. */
    private record Cell(int partition, long minuteMs) {}

    private static final class Count {
        private long records;
        private long published;
    }

    private final String gateway;
    private final Map<Cell, Count> counts = new HashMap<>();
    private long newestMinuteMs = Long.MIN_VALUE;
    /** Of the last record: acknowledgements come by whole batches of one partition, mostly within a minute. */
    private Cell lastCell;

    private Count lastCount;

    AcceptedLedger() {
        // Another one after each start: counts begin at 0 again, and the old ones stay true.
        this(UUID.randomUUID().toString());
    }

    AcceptedLedger(String gateway) {
        this.gateway = gateway;
    }

    /** @param appendedAtMs as the broker said; negative where it didn't, after a repeat that it had forgotten: not counted */
    synchronized void acknowledged(int partition, long appendedAtMs) {
        if (appendedAtMs < 0) {
            return;
        }
        if (lastCell == null
                || lastCell.partition != partition
                || appendedAtMs < lastCell.minuteMs
                || appendedAtMs - lastCell.minuteMs >= MINUTE_MS) {
            long minuteMs = appendedAtMs / MINUTE_MS * MINUTE_MS;
            lastCell = new Cell(partition, minuteMs);
            lastCount = counts.computeIfAbsent(lastCell, cell -> new Count());
            newestMinuteMs = Math.max(newestMinuteMs, minuteMs);
        }
        lastCount.records++;
    }

    /** What has changed since it was published. A record that can't be sent is to be given to {@link #failed}. */
    synchronized List<ProducerRecord<byte[], byte[]>> due() {
        List<ProducerRecord<byte[], byte[]>> due = new ArrayList<>();
        counts.forEach((cell, count) -> {
            if (count.published != count.records) {
                count.published = count.records;
                due.add(record(cell, count.records));
            }
        });
        counts.keySet().removeIf(cell -> cell.minuteMs < newestMinuteMs - MINUTES_KEPT * MINUTE_MS);
        lastCell = null;
        return due;
    }

    /** The next {@link #due} has everything that isn't past again. */
    synchronized void failed() {
        counts.values().forEach(count -> count.published = 0);
    }

    private ProducerRecord<byte[], byte[]> record(Cell cell, long records) {
        String key = "accepted/" + Topics.EVENTS + '/' + cell.partition + '/' + cell.minuteMs + '/' + gateway;
        LedgerEntry entry = LedgerEntry.newBuilder()
                .setAccepted(Accepted.newBuilder()
                        .setGateway(gateway)
                        .setTopic(Topics.EVENTS)
                        .setPartition(cell.partition)
                        .setMinuteMs(cell.minuteMs)
                        .setRecords(records))
                .build();
        return new ProducerRecord<>(Topics.LEDGER, key.getBytes(StandardCharsets.UTF_8), entry.toByteArray());
    }
}
