package io.tidegate.jobs.fraud;

import io.tidegate.contracts.v1.Alert;
import io.tidegate.jobs.DetectionForm;
import io.tidegate.jobs.rules.Rule;
import io.tidegate.jobs.rules.RuleSet;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * What detection costs, operators alone: all rules over a stream of bets, in one of the two forms, without network, source or
 * sink. {@code bench/} runs it; nothing here is asserted.
 *
 * <p>Bets of one amount, evenly over the users and over time; each is the beginning of a match of two rules that stays open for
 * five and ten minutes. One in a thousand is a hundred times as high, which completes a match.
 */
public final class DetectionCost {

    private static final long START_MS = 1_700_000_000_000L;
    /** For which a bet may be a probe of probe-then-strike. */
    private static final Duration OPEN = Duration.ofMinutes(5);

    private static final Duration WATERMARK_INTERVAL = Duration.ofMillis(20);
    private static final long AMOUNT_E4 = 10_000;
    private static final int STRIKES_PER = 1_000;

    /**
     * @param openMatches bets of the last five minutes, over all users
     * @param users they are spread over
     * @param warmUp events before those that are measured, for the compiler's sake; more, where it takes more to open the matches
     * @param events that are measured
     */
    public record Workload(int openMatches, int users, int warmUp, int events, long seed) {}

    /**
     * @param cpuNanos of the process
     * @param alerts raised by the events measured, in one order for both forms
     */
    public record Result(int events, long cpuNanos, long wallNanos, List<String> alerts) {}

    private DetectionCost() {}

    /** The rules in force by default. */
    public static Result of(DetectionForm form, Workload workload) throws Exception {
        List<PatternHarness> harnesses = harnesses(
                form,
                FraudPatterns.of(RuleSet.defaults()).stream()
                        .map(FraudPattern::rule)
                        .toList());
        try {
            Bets bets = new Bets(workload);
            // Everything is compiled and every match of the window is open before the clock runs.
            bets.feed(harnesses, Math.max(workload.openMatches(), workload.warmUp()));
            int before = count(harnesses);
            long cpu = cpuNanos();
            long wall = System.nanoTime();
            bets.feed(harnesses, workload.events());
            long cpuNanos = cpuNanos() - cpu;
            long wallNanos = System.nanoTime() - wall;
            List<String> alerts = new ArrayList<>();
            for (PatternHarness harness : harnesses) {
                for (Alert alert : harness.alerts()) {
                    alerts.add(alert.getAlertId());
                }
            }
            alerts.sort(Comparator.naturalOrder());
            if (alerts.size() == before) {
                throw new IllegalStateException(
                        "no alert in " + workload + ": nothing was detected, so nothing measured");
            }
            return new Result(workload.events(), cpuNanos, wallNanos, alerts);
        } finally {
            for (PatternHarness harness : harnesses) {
                harness.close();
            }
        }
    }

    private static List<PatternHarness> harnesses(DetectionForm form, Collection<Rule> rules) throws Exception {
        if (form == DetectionForm.COMPILED) {
            return List.of(CompiledHarness.of(rules, SubjectDetection.Order.ARRIVAL));
        }
        List<PatternHarness> harnesses = new ArrayList<>();
        for (Rule rule : rules) {
            harnesses.add(CepHarness.unbraked(rule));
        }
        return harnesses;
    }

    private static int count(List<PatternHarness> harnesses) {
        return harnesses.stream().mapToInt(harness -> harness.alerts().size()).sum();
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private static final class Bets {

        private final Workload workload;
        private final Random random;
        private final double stepMs;
        private long number;
        private long watermarkMs = START_MS;

        Bets(Workload workload) {
            this.workload = workload;
            this.random = new Random(workload.seed());
            this.stepMs = (double) OPEN.toMillis() / workload.openMatches();
        }

        void feed(List<PatternHarness> harnesses, int events) throws Exception {
            for (int i = 0; i < events; i++) {
                FraudEvent bet = next();
                if (bet.timeMs() - 1 >= watermarkMs + WATERMARK_INTERVAL.toMillis()) {
                    watermarkMs = bet.timeMs() - 1;
                    for (PatternHarness harness : harnesses) {
                        harness.watermark(watermarkMs);
                    }
                }
                for (PatternHarness harness : harnesses) {
                    harness.arrive(bet);
                }
            }
            watermarkMs = START_MS + (long) (number * stepMs);
            for (PatternHarness harness : harnesses) {
                harness.watermark(watermarkMs);
            }
        }

        private FraudEvent next() {
            long timeMs = START_MS + 1 + (long) (number * stepMs);
            boolean strike = random.nextInt(STRIKES_PER) == 0;
            FraudEvent bet = new FraudEvent(
                    FraudEventType.BET,
                    "user-" + random.nextInt(workload.users()),
                    "e" + number,
                    timeMs,
                    strike ? 100 * AMOUNT_E4 : AMOUNT_E4,
                    "",
                    "",
                    "",
                    "",
                    0,
                    number,
                    timeMs);
            number++;
            return bet;
        }
    }
}
