package io.tidegate.dev.chaos.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Which fault comes in which cycle: a function of the seed and the kinds. Every kind has its turn before any comes again, each round in
 * another order. Not thread-safe.
 */
public final class FaultPlan {

    private final SplittableRandom random;
    private final List<FaultKind> kinds;
    private final List<FaultKind> round = new ArrayList<>();
    private int cycles;

    public FaultPlan(long seed, List<FaultKind> kinds) {
        if (kinds.isEmpty()) {
            throw new IllegalArgumentException("faults: none");
        }
        this.random = new SplittableRandom(seed ^ 0x6661756c74L);
        this.kinds = List.copyOf(kinds);
    }

    /**
     * @param cycle from 1 on
     * @param pick a number to choose among those whom it can hit, at least 0
     * @param hold until it is healed
     */
    public record Draw(int cycle, FaultKind kind, int pick, Duration hold) {}

    public Draw next() {
        if (round.isEmpty()) {
            round.addAll(kinds);
            for (int i = round.size() - 1; i > 0; i--) {
                round.set(i, round.set(random.nextInt(i + 1), round.get(i)));
            }
        }
        FaultKind kind = round.remove(round.size() - 1);
        int pick = random.nextInt(Integer.MAX_VALUE);
        return new Draw(++cycles, kind, pick, kind.hold(random.nextDouble()));
    }
}
