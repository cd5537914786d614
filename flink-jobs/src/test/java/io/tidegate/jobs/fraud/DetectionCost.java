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

    /**
     * @param cost of an event while all users have a history
     * @param stateBytes of a user in a checkpoint
     * @param heapBytes of a user in memory: history, key, timer and the tables they are in
     */
    public record Footprint(Result cost, double stateBytes, double heapBytes) {}

    /** Rules that each look at every bet. */
    private static final List<String> ABOUT_BETS = List.of(ProbeThenStrike.ID, RapidBets.ID, BetEscalation.ID);

    private DetectionCost() {}

    /** With the rules in force by default, and what the users' histories take. */
    public static Footprint ofUsers(Workload workload) throws Exception {
        long before = heapBytes();
        try (CompiledHarness harness = CompiledHarness.of(
                FraudPatterns.of(RuleSet.defaults()).stream()
                        .map(FraudPattern::rule)
                        .toList(),
                SubjectDetection.Order.ARRIVAL)) {
            Result cost = measure(List.of(harness), workload);
            harness.alerts().clear();
            long users = harness.users();
            return new Footprint(
                    cost, harness.historyBytes() / (double) users, Math.max(0, heapBytes() - before) / (double) users);
        }
    }

    /** With so many rules, of which each looks at every bet: three patterns over and over, each time as another rule. */
    public static Result ofRules(int count, Workload workload) throws Exception {
        List<Rule> rules = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Rule rule = RuleSet.defaults().rule(ABOUT_BETS.get(i % ABOUT_BETS.size()));
            rules.add(new Rule(
                    rule.id() + ManyRules.NUMBER + i,
                    rule.version(),
                    true,
                    rule.severity(),
                    rule.window(),
                    rule.thresholds()));
        }
        try (CompiledHarness harness = CompiledHarness.ofUsers(new ManyRules(rules))) {
            return measure(List.of(harness), workload);
        }
    }

    /** Several rules for one pattern. */
    private static final class ManyRules extends UserDetection {

        private static final long serialVersionUID = 1L;
        private static final char NUMBER = '#';

        ManyRules(List<Rule> rules) {
            super(Order.ARRIVAL, rules);
        }

        @Override
        FraudPattern pattern(Rule rule) {
            return FraudPatterns.of(rule.id().substring(0, rule.id().indexOf(NUMBER)), rule);
        }
    }

    private static long heapBytes() {
        // Twice: what the first one finds unreachable may hold on to more.
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** The rules in force by default. */
    public static Result of(DetectionForm form, Workload workload) throws Exception {
        List<PatternHarness> harnesses = harnesses(
                form,
                FraudPatterns.of(RuleSet.defaults()).stream()
                        .map(FraudPattern::rule)
                        .toList());
        try {
            return measure(harnesses, workload);
        } finally {
            for (PatternHarness harness : harnesses) {
                harness.close();
            }
        }
    }

    private static Result measure(List<? extends PatternHarness> harnesses, Workload workload) throws Exception {
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
            throw new IllegalStateException("no alert in " + workload + ": nothing was detected, so nothing measured");
        }
        return new Result(workload.events(), cpuNanos, wallNanos, alerts);
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

    private static int count(List<? extends PatternHarness> harnesses) {
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

        void feed(List<? extends PatternHarness> harnesses, int events) throws Exception {
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
