package io.tidegate.jobs.clickhouse.committer;

import io.tidegate.jobs.clickhouse.WriteMode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;

/**
 * A store in memory that behaves as ClickHouse does where it matters: it remembers tokens, acknowledges and drops a
 * repeat, and keeps a token when its rows are deleted. Faults are scripted, one per call, in order.
 */
final class FakeStore implements CommitTarget {

    /** What happens to one insert. */
    enum Fault {
        NONE,
        /** Nothing is stored, and the answer is an error. */
        ERROR_BEFORE,
        /** Everything is stored, and the answer is lost. */
        LOST_ANSWER,
        /** Half is stored, and the answer is an error. */
        HALF,
        /** The token is remembered, nothing is stored, and the answer is an error. */
        POISONED_TOKEN,
        /** Nothing is stored, and the answer says that it never will be. */
        HOPELESS,
        /** Blocks until it is interrupted, or let go, and stores everything then. */
        HANG
    }

    private final Map<UUID, Long> rows = new HashMap<>();
    private final Set<String> tokens = new HashSet<>();
    private final Deque<Fault> insertFaults = new ArrayDeque<>();
    private final List<String> calls = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch hanging = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private int countFaults;
    private int deleteFaults;
    private Fault always = Fault.NONE;
    private boolean closed;
    private int inserting;
    private int mostAtOnce;

    synchronized FakeStore nextInserts(Fault... faults) {
        Collections.addAll(insertFaults, faults);
        return this;
    }

    /** For every insert that nothing else is scripted for. */
    synchronized FakeStore everyInsert(Fault fault) {
        always = fault;
        return this;
    }

    synchronized FakeStore nextCountsFail(int times) {
        countFaults = times;
        return this;
    }

    synchronized FakeStore nextDeletesFail(int times) {
        deleteFaults = times;
        return this;
    }

    /** As a merge does, or a person. */
    synchronized FakeStore lose(ClickHouseCommittable batch, long some) {
        rows.merge(batch.batchId(), -some, Long::sum);
        return this;
    }

    synchronized long rowsOf(ClickHouseCommittable batch) {
        return rows.getOrDefault(batch.batchId(), 0L);
    }

    /**
     * {@code insert}, {@code count}, {@code delete} in the order of the calls; a token that isn't the batch's own
     * is marked.
     */
    List<String> calls() {
        return List.copyOf(calls);
    }

    void releaseHanging() {
        released.countDown();
    }

    void awaitHanging() throws InterruptedException {
        hanging.await();
    }

    synchronized boolean isClosed() {
        return closed;
    }

    synchronized int mostInsertsAtOnce() {
        return mostAtOnce;
    }

    @Override
    public void insert(ClickHouseCommittable batch, String token) throws CommitTargetException, InterruptedException {
        calls.add(token.equals(batch.batchId().toString()) ? "insert" : "insert anew");
        Fault fault;
        synchronized (this) {
            fault = insertFaults.isEmpty() ? always : insertFaults.poll();
            mostAtOnce = Math.max(mostAtOnce, ++inserting);
        }
        try {
            apply(batch, token, fault);
        } finally {
            synchronized (this) {
                inserting--;
            }
        }
    }

    private void apply(ClickHouseCommittable batch, String token, Fault fault)
            throws CommitTargetException, InterruptedException {
        switch (fault) {
            case NONE -> store(batch, token, batch.rows());
            case ERROR_BEFORE -> throw CommitTargetException.mayHeal("scripted: error before", null);
            case LOST_ANSWER -> {
                store(batch, token, batch.rows());
                throw CommitTargetException.mayHeal("scripted: lost answer", null);
            }
            case HALF -> {
                store(batch, token, batch.rows() / 2);
                throw CommitTargetException.mayHeal("scripted: half", null);
            }
            case POISONED_TOKEN -> {
                store(batch, token, 0);
                throw CommitTargetException.mayHeal("scripted: poisoned token", null);
            }
            case HOPELESS -> throw CommitTargetException.hopeless("scripted: unknown table", null);
            case HANG -> {
                hanging.countDown();
                released.await();
                store(batch, token, batch.rows());
            }
        }
    }

    private synchronized void store(ClickHouseCommittable batch, String token, long count) {
        boolean repeat = !tokens.add(token);
        boolean deduplicated = batch.mode() == WriteMode.APPEND && repeat;
        if (!deduplicated) {
            rows.merge(batch.batchId(), count, Long::sum);
        }
    }

    @Override
    public synchronized long count(ClickHouseCommittable batch) throws CommitTargetException {
        calls.add("count");
        if (countFaults > 0) {
            countFaults--;
            throw CommitTargetException.mayHeal("scripted: no count", null);
        }
        return rows.getOrDefault(batch.batchId(), 0L);
    }

    @Override
    public synchronized void delete(ClickHouseCommittable batch) throws CommitTargetException {
        calls.add("delete");
        if (deleteFaults > 0) {
            deleteFaults--;
            throw CommitTargetException.mayHeal("scripted: no delete", null);
        }
        rows.remove(batch.batchId());
    }

    @Override
    public synchronized void close() {
        closed = true;
    }
}
