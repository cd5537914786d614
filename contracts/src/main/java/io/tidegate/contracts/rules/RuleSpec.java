package io.tidegate.contracts.rules;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a rule means and what its fields may be.
 *
 * @param title a few words for a heading
 * @param description one or two sentences; docs/detection.md is the exact definition
 * @param subject whom or what its alerts are about: {@code user}, {@code device}, …
 * @param thresholds in the order in which they are shown
 * @param minimumWindow shortest window allowed
 * @param maximumWindow longest window allowed: what has to be remembered for each subject
 */
public record RuleSpec(
        String id,
        RuleKind kind,
        String title,
        String description,
        String subject,
        List<ThresholdSpec> thresholds,
        Duration minimumWindow,
        Duration maximumWindow) {

    private static final String FACTOR = "factor";
    private static final String END_FACTOR = "endFactor";

    public RuleSpec {
        thresholds = List.copyOf(thresholds);
    }

    public Optional<ThresholdSpec> threshold(String name) {
        return thresholds.stream().filter(spec -> spec.name().equals(name)).findFirst();
    }

    /** The definition that comes with the product, version 1. */
    public RuleDefinition defaults() {
        return RuleCatalog.defaults().get(id);
    }

    /** @throws IllegalArgumentException saying what is expected, without the field's name */
    public Duration parseWindow(String text) {
        return Windows.parse(text)
                .filter(this::allows)
                .orElseThrow(() -> new IllegalArgumentException(expectedWindow(abbreviated(text))));
    }

    private boolean allows(Duration window) {
        return window.compareTo(minimumWindow) >= 0
                && window.compareTo(maximumWindow) <= 0
                && window.toNanosPart() % 1_000_000 == 0;
    }

    private String expectedWindow(String got) {
        return "a duration with its unit such as 10s or 5min, from " + Windows.format(minimumWindow) + " to "
                + Windows.format(maximumWindow) + ", expected, got '" + got + "'";
    }

    /**
     * The definition with its thresholds in the order of this specification.
     *
     * @throws InvalidRuleException naming the first field that isn't allowed
     */
    public RuleDefinition checked(RuleDefinition rule) {
        if (!rule.id().equals(id)) {
            throw new InvalidRuleException("ruleId", id + " expected, got '" + abbreviated(rule.id()) + "'");
        }
        if (rule.version() < 1) {
            throw new InvalidRuleException("version", "at least 1 expected, got " + rule.version());
        }
        switch (rule.severity()) {
            case SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_CRITICAL -> {}
            default -> throw new InvalidRuleException("severity", "info, warning or critical expected");
        }
        if (!allows(rule.window())) {
            throw new InvalidRuleException("window", expectedWindow(Windows.format(rule.window())));
        }
        for (String name : rule.thresholds().keySet()) {
            if (threshold(name).isEmpty()) {
                throw new InvalidRuleException("thresholds." + abbreviated(name), "unknown threshold");
            }
        }
        Map<String, BigDecimal> ordered = new LinkedHashMap<>();
        for (ThresholdSpec spec : thresholds) {
            BigDecimal value = rule.thresholds().get(spec.name());
            if (value == null) {
                throw new InvalidRuleException("thresholds." + spec.name(), "missing");
            }
            if (!spec.allows(value)) {
                throw new InvalidRuleException("thresholds." + spec.name(), spec.expected() + ", got '" + value + "'");
            }
            ordered.put(spec.name(), value);
        }
        // What no field on its own can show.
        if (ordered.containsKey(END_FACTOR) && ordered.get(END_FACTOR).compareTo(ordered.get(FACTOR)) > 0) {
            throw new InvalidRuleException(
                    "thresholds." + END_FACTOR,
                    "at most " + FACTOR + " (" + ordered.get(FACTOR).toPlainString() + ") expected");
        }
        return new RuleDefinition(id, rule.version(), rule.enabled(), rule.severity(), rule.window(), ordered);
    }

    private static String abbreviated(String text) {
        return text.length() <= 64 ? text : text.substring(0, 64) + "…";
    }
}
