package io.tidegate.serving.ingest;

import java.util.concurrent.atomic.AtomicLong;

/** Bounds the bytes that all requests together hold, so that a slow log makes 503s and not a full heap. Thread-safe. */
final class UploadBudget {

    private final long max;
    private final AtomicLong used = new AtomicLong();

    UploadBudget(long max) {
        this.max = max;
    }

    /** Takes bytes if that many are left. */
    boolean reserve(long bytes) {
        if (used.addAndGet(bytes) <= max) {
            return true;
        }
        used.addAndGet(-bytes);
        return false;
    }

    void release(long bytes) {
        used.addAndGet(-bytes);
    }

    long used() {
        return used.get();
    }
}
