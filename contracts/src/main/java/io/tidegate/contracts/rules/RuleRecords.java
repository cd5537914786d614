package io.tidegate.contracts.rules;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tidegate.contracts.v1.Rule;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Definitions as the records of topic {@code rules}, and back with everything checked: whoever can write the topic can write anything. */
public final class RuleRecords {

    /** Far more than any rule has. */
    private static final int MAX_THRESHOLDS = 32;

    private RuleRecords() {}

    /** With everything but who changed it and when. */
    public static Rule.Builder encode(RuleDefinition rule) {
        Rule.Builder record = Rule.newBuilder()
                .setRuleId(rule.id())
                .setVersion(rule.version())
                .setEnabled(rule.enabled())
                .setSeverity(rule.severity())
                .setWindowMs(rule.window().toMillis());
        rule.thresholds()
                .forEach((name, value) -> record.putThresholdsE4(
                        name, value.movePointRight(ThresholdSpec.DECIMALS).longValueExact()));
        return record;
    }

    /**
     * @return the message as it stands on the topic; see {@link #definition} for whether it means anything
     * @throws InvalidRuleException where the bytes are no such message
     */
    public static Rule parse(byte[] value) {
        try {
            return Rule.parseFrom(value);
        } catch (InvalidProtocolBufferException e) {
            throw new InvalidRuleException("record", "not a Rule: " + e.getMessage());
        }
    }

    /**
     * The definition that a record holds. A threshold that it lacks, because it is older than the threshold, has its default.
     *
     * @throws InvalidRuleException naming the first field that isn't allowed
     */
    public static RuleDefinition definition(Rule record) {
        RuleSpec spec = RuleCatalog.find(record.getRuleId())
                .orElseThrow(() -> new InvalidRuleException("ruleId", "no such rule"));
        if (record.getThresholdsE4Count() > MAX_THRESHOLDS) {
            throw new InvalidRuleException("thresholds", "at most " + MAX_THRESHOLDS + " expected");
        }
        Map<String, BigDecimal> thresholds = new LinkedHashMap<>(spec.defaults().thresholds());
        record.getThresholdsE4Map().forEach((name, value) -> thresholds.put(name, threshold(value)));
        return spec.checked(new RuleDefinition(
                record.getRuleId(),
                record.getVersion(),
                record.getEnabled(),
                record.getSeverity(),
                Duration.ofMillis(record.getWindowMs()),
                thresholds));
    }

    /** From whole ten-thousandths: 20 instead of 20.0000, and not 2E+1. */
    public static BigDecimal threshold(long tenThousandths) {
        BigDecimal stripped =
                BigDecimal.valueOf(tenThousandths, ThresholdSpec.DECIMALS).stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }
}
