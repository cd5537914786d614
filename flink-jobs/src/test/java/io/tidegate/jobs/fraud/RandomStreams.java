package io.tidegate.jobs.fraud;

import io.tidegate.replay.oracle.EventType;
import io.tidegate.replay.oracle.OracleEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Streams in which every rule is met often, and missed narrowly as often: few users, times on a coarse grid so that they tie
 * and fall on the ends of windows, amounts at the thresholds.
 */
final class RandomStreams {

    private static final long START_MS = 1_700_000_000_000L;
    private static final int USERS = 12;
    private static final String[] COUNTRIES = {"", "DE", "FR", "PL"};

    private final String name;
    private final Random random;
    private final List<OracleEvent> events = new ArrayList<>();
    private int nextId;

    private RandomStreams(long seed) {
        this.name = "s" + seed;
        this.random = new Random(seed);
    }

    /** In order of detection, repeats included; streams of several seeds have nothing in common but their time. */
    static List<OracleEvent> of(long... seeds) {
        List<OracleEvent> events = new ArrayList<>();
        for (long seed : seeds) {
            RandomStreams stream = new RandomStreams(seed);
            for (int episode = 0; episode < 60; episode++) {
                stream.episode();
            }
            stream.repeats();
            events.addAll(stream.events);
        }
        return Arrivals.inOrder(events);
    }

    private void episode() {
        long at = START_MS + grid(random.nextInt(3 * 3_600_000), 1_000);
        switch (random.nextInt(7)) {
            case 0 -> betBurst(at);
            case 1 -> likeBurst(at);
            case 2 -> escalation(at);
            case 3 -> probesAndStrikes(at);
            case 4 -> cash(at);
            case 5 -> logins(at);
            default -> lockstep(at);
        }
    }

    private void betBurst(long at) {
        String user = user();
        long step = 250 * (1 + random.nextInt(3));
        for (int i = 0; i < 15 + random.nextInt(40); i++) {
            add(OracleEvent.builder(EventType.BET, id(), user, at).amountE4(10_000));
            at += random.nextInt(4) == 0 ? step * 2 : random.nextInt(3) == 0 ? 0 : step;
        }
    }

    private void likeBurst(long at) {
        String user = user();
        for (int i = 0; i < 25 + random.nextInt(50); i++) {
            add(OracleEvent.builder(EventType.LIKE, id(), user, at).post(name + "p" + random.nextInt(50)));
            at += 100L * random.nextInt(8);
        }
    }

    private void escalation(long at) {
        String user = user();
        long amount = 1 + random.nextInt(100);
        for (int i = 0; i < 8 + random.nextInt(8); i++) {
            add(OracleEvent.builder(EventType.BET, id(), user, at).amountE4(amount));
            amount = random.nextInt(8) == 0 ? Math.max(1, amount * 2 - 1) : amount * 2 + random.nextInt(2);
            at += grid(random.nextInt(300_000), 50_000);
        }
    }

    private void probesAndStrikes(long at) {
        String user = user();
        for (int i = 0; i < 4; i++) {
            long sum = 0;
            for (int probe = 0; probe < 2 + random.nextInt(3); probe++) {
                long amount = 3 * (1 + random.nextInt(5));
                sum += amount;
                add(OracleEvent.builder(EventType.BET, id(), user, at).amountE4(amount));
                at += grid(random.nextInt(200_000), 50_000);
            }
            // 50 times the average of three, or just below it.
            add(OracleEvent.builder(EventType.BET, id(), user, at).amountE4(50 * sum / 3 - random.nextInt(2)));
            at += grid(random.nextInt(200_000), 50_000);
        }
    }

    private void cash(long at) {
        String user = user();
        for (int i = 0; i < 30; i++) {
            long amount = 1_000L * (1 + random.nextInt(10));
            switch (random.nextInt(5)) {
                case 0, 1 ->
                    add(OracleEvent.builder(EventType.DEPOSIT, id(), user, at).amountE4(amount));
                case 2, 3 ->
                    add(OracleEvent.builder(EventType.WITHDRAWAL, id(), user, at)
                            .amountE4(amount * 8 / 10 - random.nextInt(2)));
                default ->
                    add(OracleEvent.builder(EventType.BET, id(), user, at)
                            .amountE4(amount / 10 - random.nextInt(2) - (random.nextBoolean() ? 0 : amount / 20)));
            }
            at += random.nextInt(5) == 0 ? 0 : grid(random.nextInt(1_800_000), 600_000);
        }
    }

    private void logins(long at) {
        String device = name + "d" + random.nextInt(4);
        for (int i = 0; i < 25; i++) {
            add(OracleEvent.builder(EventType.LOGIN, id(), user(), at)
                    .device(random.nextInt(6) == 0 ? "" : device)
                    .country(COUNTRIES[random.nextInt(COUNTRIES.length)]));
            at += random.nextInt(4) == 0 ? 0 : grid(random.nextInt(400_000), 100_000);
        }
    }

    private void lockstep(long at) {
        String post = name + "q" + random.nextInt(2);
        String device = name + "d" + random.nextInt(2);
        String ip = name + "-10.0.0." + random.nextInt(2);
        for (int i = 0; i < 40; i++) {
            add(OracleEvent.builder(EventType.LIKE, id(), user(), at)
                    .post(post)
                    .device(random.nextInt(5) == 0 ? "" : device)
                    .ip(random.nextInt(5) == 0 ? "" : ip));
            at += random.nextInt(3) == 0 ? 0 : grid(random.nextInt(15_000), 2_500);
        }
    }

    /** The same event again, some time after it; and a comment, which no rule looks at, whose id a like then has. */
    private void repeats() {
        for (OracleEvent event : List.copyOf(events)) {
            if (random.nextInt(10) == 0) {
                events.add(event.withIdAndTime(event.eventId(), event.timeMs() + random.nextInt(3) * 1_000L));
            }
            if (random.nextInt(100) == 0) {
                String id = id();
                add(OracleEvent.builder(EventType.COMMENT, id, event.userId(), event.timeMs() - 1)
                        .post("p1"));
                add(OracleEvent.builder(EventType.LIKE, id, event.userId(), event.timeMs())
                        .post("p1"));
            }
        }
    }

    private void add(OracleEvent.Builder event) {
        events.add(event.build());
    }

    private String user() {
        return name + "u" + random.nextInt(USERS);
    }

    private String id() {
        return "e" + nextId++;
    }

    private static long grid(long value, long step) {
        return value / step * step;
    }
}
