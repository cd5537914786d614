package io.tidegate.serving.ingest;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tidegate.contracts.v1.Event;
import io.tidegate.serving.ops.HealthCheck;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;

/** A log in memory that stores, refuses or keeps its callers waiting, as a test says. Thread-safe. */
final class FakeEventLog implements EventLog {

    private final List<EncodedEvent> stored = new ArrayList<>();
    private final List<Runnable> waiting = new ArrayList<>();
    private boolean available = true;
    private boolean holding;
    private Outcome outcome = Outcome.STORED;

    @Override
    public synchronized void append(List<EncodedEvent> events, Completion completion) {
        Outcome result = outcome;
        if (result == Outcome.STORED) {
            stored.addAll(events);
        }
        if (holding) {
            waiting.add(() -> completion.completed(result));
        } else {
            completion.completed(result);
        }
    }

    /** From now on appends end like this. */
    synchronized void answerWith(Outcome next) {
        outcome = next;
    }

    synchronized void setAvailable(boolean value) {
        available = value;
    }

    /** From now on appends don't complete until {@link #release}. */
    synchronized void hold() {
        holding = true;
    }

    synchronized void release() {
        holding = false;
        waiting.forEach(Runnable::run);
        waiting.clear();
    }

    synchronized int waiting() {
        return waiting.size();
    }

    synchronized List<Event> events() {
        return stored.stream().map(FakeEventLog::parse).toList();
    }

    private static Event parse(EncodedEvent encoded) {
        try {
            return Event.parseFrom(encoded.value());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public synchronized boolean available() {
        return available;
    }

    @Override
    public Future<Void> start() {
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> stop() {
        return Future.succeededFuture();
    }

    @Override
    public HealthCheck healthCheck() {
        return new HealthCheck() {
            @Override
            public String name() {
                return "kafka";
            }

            @Override
            public boolean gatesReadiness() {
                return true;
            }

            @Override
            public Health health() {
                return available() ? Health.UP : Health.down("switched off by the test");
            }
        };
    }
}
