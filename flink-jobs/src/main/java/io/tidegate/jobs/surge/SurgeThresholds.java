package io.tidegate.jobs.surge;

import io.tidegate.contracts.v1.Severity;
import io.tidegate.jobs.rules.Rule;
import java.io.Serializable;
import java.math.BigDecimal;

/**
 * When a level is a spike and when it is calm again.
 *
 * @param windowMs length of the tumbling windows
 * @param minimumE4 least level of a spike, ten-thousandths
 * @param factor least multiple of the baseline that is a spike
 * @param endFactor a level below this multiple of the baseline (which counts as at least 1 here) is calm
 */
record SurgeThresholds(int version, Severity severity, long windowMs, long minimumE4, double factor, double endFactor)
        implements Serializable {

    static SurgeThresholds of(Rule rule) {
        return new SurgeThresholds(
                rule.version(),
                rule.severity(),
                rule.window().toMillis(),
                rule.threshold("minimum")
                        .multiply(BigDecimal.valueOf(SurgeEvent.ONE_E4))
                        .longValueExact(),
                rule.threshold("factor").doubleValue(),
                rule.threshold("endFactor").doubleValue());
    }

    boolean spike(long valueE4, double baselineE4) {
        return valueE4 >= minimumE4 && valueE4 >= factor * baselineE4;
    }

    boolean calm(long valueE4, double baselineE4) {
        return valueE4 < endFactor * Math.max(baselineE4, SurgeEvent.ONE_E4);
    }
}
