package io.tidegate.jobs.fraud;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;

/** Numbers and times as the sentences of alerts show them. */
final class FraudText {

    private FraudText() {}

    /** {@code 12.5} for 125000 ten-thousandths. */
    static String amount(long tenThousandths) {
        return plain(BigDecimal.valueOf(tenThousandths, 4));
    }

    static String sum(List<FraudEvent> events) {
        BigDecimal sum = BigDecimal.ZERO;
        for (FraudEvent event : events) {
            sum = sum.add(BigDecimal.valueOf(event.amountE4(), 4));
        }
        return plain(sum);
    }

    /** At most two units, the smaller one left out where it is 0: {@code 9.8 s}, {@code 4 min 3 s}, {@code 1 h}. */
    static String elapsed(List<FraudEvent> match) {
        return duration(Duration.ofMillis(
                match.get(match.size() - 1).timeMs() - match.get(0).timeMs()));
    }

    static String duration(Duration duration) {
        if (duration.compareTo(Duration.ofMinutes(1)) < 0) {
            return plain(BigDecimal.valueOf(duration.toMillis(), 3)) + " s";
        }
        if (duration.compareTo(Duration.ofHours(1)) < 0) {
            return units(duration.toMinutes(), "min", duration.toSecondsPart(), "s");
        }
        return units(duration.toHours(), "h", duration.toMinutesPart(), "min");
    }

    private static String units(long major, String majorUnit, int minor, String minorUnit) {
        return major + " " + majorUnit + (minor == 0 ? "" : " " + minor + " " + minorUnit);
    }

    private static String plain(BigDecimal value) {
        return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
    }
}
