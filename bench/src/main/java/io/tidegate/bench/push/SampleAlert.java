package io.tidegate.bench.push;

import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.AlertKind;
import io.tidegate.contracts.v1.Severity;
import java.util.UUID;

/** The message that is sent to all: an alert, and the frame that a listener gets for it. Its number stands in the subject. */
final class SampleAlert {

    private static final int HEAVY = 16 * 1024;
    private static final long AT_MS = 1_795_348_800_000L;
    private static final String MESSAGE = "User bet 200 times the average of the 3 bets before.";

    private SampleAlert() {}

    /** The alert is another one for each gateway that reads it: an id is shown once only. */
    static Alert number(int number) {
        return Alert.newBuilder()
                .setAlertId(UUID.randomUUID().toString())
                .setKind(AlertKind.ALERT_KIND_FRAUD)
                .setRuleId("probe-then-strike")
                .setRuleVersion(1)
                .setSubject(subject(number))
                .setSeverity(Severity.SEVERITY_CRITICAL)
                .setMessage(MESSAGE)
                .addEventIds("event-number-000001")
                .addEventIds("event-number-000002")
                .addEventIds("event-number-000003")
                .addEventIds("event-number-000004")
                .setDetectedAtMs(AT_MS)
                .setStartedAtMs(AT_MS - 1_000)
                .build();
    }

    /** Of another kind, with 16 KiB of text. */
    static Alert heavy(int number) {
        return number(number).toBuilder()
                .setKind(AlertKind.ALERT_KIND_SURGE)
                .setMessage("x".repeat(HEAVY))
                .build();
    }

    /** What the gateway sends for it, with the same fields and of the same length. */
    static String frame(int number) {
        return "{\"op\":\"event\",\"channel\":\"alerts:fraud\",\"cursor\":\"AQAAAZ1kNQAAAAAABAAAAAAAAAABAAAAAAAAAAIAAAAAAAAAAw\",\"data\":"
                + "{\"alertId\":\"0e37df36-f698-11e6-8dd4-cb9ced3df976\",\"kind\":\"fraud\",\"ruleId\":\"probe-then-strike\","
                + "\"ruleVersion\":1,\"subject\":\"" + subject(number) + "\",\"severity\":\"critical\",\"message\":\""
                + MESSAGE
                + "\",\"eventIds\":[\"event-number-000001\",\"event-number-000002\",\"event-number-000003\","
                + "\"event-number-000004\"],\"detectedAt\":\"2026-11-22T12:00:00.000Z\"}}";
    }

    private static String subject(int number) {
        return "user-%08d".formatted(number);
    }
}
