package io.tidegate.dev.chaos.listen;

import io.tidegate.client.Alert;
import io.tidegate.client.Channel;
import io.tidegate.client.FeedListener;
import io.tidegate.client.Gap;
import io.tidegate.client.SubscribeOptions;
import io.tidegate.client.TidegateClient;
import io.tidegate.client.TidegateException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** One listener on all alerts; what it hears is written to a file too. Thread-safe. */
public final class AlertListener implements AutoCloseable {

    private static final SubscribeOptions OPTIONS =
            SubscribeOptions.DEFAULT.withHeartbeat(Duration.ofSeconds(3)).withMaxBackoff(Duration.ofSeconds(1));

    private final String name;
    private final TidegateClient client;
    private final BufferedWriter log;
    private final CountDownLatch live = new CountDownLatch(1);

    // Guarded by this.
    private final List<HeardAlert> heard = new ArrayList<>();
    private final List<String> gaps = new ArrayList<>();
    private int interruptions;
    private String end = "";

    private AlertListener(String name, TidegateClient client, BufferedWriter log) {
        this.name = name;
        this.client = client;
        this.log = log;
    }

    /**
     * @param name for people, for example {@code nginx-1}
     * @param gateway of one gateway, or of nginx
     * @param token of an analyst
     */
    public static AlertListener start(String name, URI gateway, Supplier<String> token, Path log) throws IOException {
        TidegateClient client = TidegateClient.builder(gateway)
                .token(token)
                .connectTimeout(Duration.ofSeconds(2))
                .build();
        AlertListener listener = new AlertListener(
                name, client, Files.newBufferedWriter(log, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW));
        client.subscribe(Channel.ALERTS, OPTIONS, listener.new Ear());
        return listener;
    }

    public String name() {
        return name;
    }

    public boolean awaitLive(Duration limit) throws InterruptedException {
        return live.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** When the first alert about something that happened at or after a time was heard: epoch milliseconds. */
    public synchronized OptionalLong firstAbout(long sinceMs) {
        // The latest come last, more or less: from the end.
        OptionalLong first = OptionalLong.empty();
        for (int i = heard.size() - 1; i >= 0 && heard.get(i).heardAtMs() >= sinceMs; i--) {
            if (heard.get(i).detectedAtMs() >= sinceMs) {
                first = OptionalLong.of(heard.get(i).heardAtMs());
            }
        }
        return first;
    }

    public synchronized List<HeardAlert> heard() {
        return List.copyOf(heard);
    }

    /** What it was told that it may have missed. */
    public synchronized List<String> gaps() {
        return List.copyOf(gaps);
    }

    public synchronized int interruptions() {
        return interruptions;
    }

    /** Why it is over; empty while it isn't. */
    public synchronized String end() {
        return end;
    }

    private synchronized void write(String line) {
        try {
            log.write(line);
            log.newLine();
            log.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("The log of listener " + name + " can't be written", e);
        }
    }

    private final class Ear implements FeedListener<Alert> {

        @Override
        public void onMessage(Alert alert) {
            HeardAlert one = new HeardAlert(
                    alert.alertId(),
                    alert.kind(),
                    alert.ruleId(),
                    alert.subject(),
                    alert.detectedAt().toEpochMilli(),
                    System.currentTimeMillis());
            synchronized (AlertListener.this) {
                heard.add(one);
            }
            write(Instant.ofEpochMilli(one.heardAtMs()) + " alert " + one.alertId() + " " + one.ruleId() + " "
                    + one.subject() + " " + alert.detectedAt());
        }

        @Override
        public void onGap(Gap gap) {
            synchronized (AlertListener.this) {
                gaps.add(gap.from() + " to " + gap.to());
            }
            write(Instant.now() + " gap " + gap.from() + " " + gap.to());
        }

        @Override
        public void onLive() {
            live.countDown();
            write(Instant.now() + " live");
        }

        @Override
        public void onInterrupted(String reason) {
            synchronized (AlertListener.this) {
                interruptions++;
            }
            write(Instant.now() + " interrupted " + reason);
        }

        @Override
        public void onEnd(TidegateException reason) {
            synchronized (AlertListener.this) {
                end = reason.getMessage();
            }
            write(Instant.now() + " end " + reason.getMessage());
        }
    }

    @Override
    public void close() throws IOException {
        client.close();
        synchronized (this) {
            log.close();
        }
    }
}
