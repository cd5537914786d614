package io.tidegate.serving.completeness;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tidegate.contracts.v1.Accepted;
import io.tidegate.contracts.v1.Finding;
import io.tidegate.contracts.v1.LedgerEntry;
import io.tidegate.serving.query.AcceptedCounts;
import io.tidegate.serving.query.CompletenessRow;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What topic {@code ledger} says, as far as it has been read: the newest value of every key. Safe for use by many threads. */
public final class Ledger implements AcceptedCounts {

    private static final Logger LOG = LoggerFactory.getLogger(Ledger.class);

    static final long MINUTE_MS = TimeUnit.MINUTES.toMillis(1);
    private static final long KEPT_MS = TimeUnit.HOURS.toMillis(25);

    /** Names a finding. */
    record FindingKey(String topic, long fromMs) {}

    private final Map<CompletenessRow.Cell, Map<String, Long>> accepted = new HashMap<>();
    private final Map<FindingKey, Finding> findings = new HashMap<>();
    private final AtomicLong unreadable = new AtomicLong();
    private long newestMs;

    /** Takes a record's value; one that isn't an entry is passed over, the archive makes a dead letter of it. */
    synchronized void apply(byte[] value) {
        LedgerEntry entry;
        try {
            entry = value == null ? LedgerEntry.getDefaultInstance() : LedgerEntry.parseFrom(value);
        } catch (InvalidProtocolBufferException e) {
            if (unreadable.getAndIncrement() == 0) {
                LOG.warn("Topic ledger has a record that is no entry; it and others like it are passed over", e);
            }
            return;
        }
        switch (entry.getEntryCase()) {
            case ACCEPTED -> apply(entry.getAccepted());
            case FINDING -> apply(entry.getFinding());
            case ENTRY_NOT_SET -> {}
        }
    }

    private void apply(Accepted entry) {
        accepted.computeIfAbsent(
                        new CompletenessRow.Cell(entry.getMinuteMs(), entry.getTopic(), entry.getPartition()),
                        cell -> new HashMap<>())
                .merge(entry.getGateway(), entry.getRecords(), Math::max);
        if (entry.getMinuteMs() > newestMs) {
            newestMs = entry.getMinuteMs();
            accepted.keySet().removeIf(cell -> cell.minuteMs() < newestMs - KEPT_MS);
            findings.values().removeIf(finding -> finding.getToMs() < newestMs - 2 * KEPT_MS);
        }
    }

    private void apply(Finding finding) {
        findings.put(new FindingKey(finding.getTopic(), finding.getFromMs()), finding);
    }

    @Override
    public synchronized Map<CompletenessRow.Cell, Long> accepted(long fromMs, long toMs) {
        Map<CompletenessRow.Cell, Long> sums = new HashMap<>();
        accepted.forEach((cell, byGateway) -> {
            if (cell.minuteMs() >= fromMs && cell.minuteMs() < toMs) {
                sums.put(
                        cell,
                        byGateway.values().stream().mapToLong(Long::longValue).sum());
            }
        });
        return sums;
    }

    /** The open ones and the closed ones that are remembered. */
    synchronized Collection<Finding> findings() {
        return List.copyOf(findings.values());
    }
}
