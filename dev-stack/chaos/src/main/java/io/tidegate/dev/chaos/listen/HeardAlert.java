package io.tidegate.dev.chaos.listen;

/**
 * An alert as it reached a listener.
 *
 * @param detectedAtMs of the alert; detection runs on the broker's append time
 * @param heardAtMs epoch milliseconds
 */
public record HeardAlert(
        String alertId, String kind, String ruleId, String subject, long detectedAtMs, long heardAtMs) {}
