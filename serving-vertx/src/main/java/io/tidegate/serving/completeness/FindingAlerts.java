package io.tidegate.serving.completeness;

import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.AlertKind;
import io.tidegate.contracts.v1.Finding;
import io.tidegate.contracts.v1.Severity;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/** The alerts about findings, of kind {@code system}. An alert's id follows from what it is about, whoever raises it. */
final class FindingAlerts {

    static final String RULE = "completeness";
    static final String RULE_BALANCED = "completeness-restored";

    private static final int VERSION = 1;
    private static final UUID NAMESPACE = UUID.fromString("4d1f1ad2-0f6f-5a0e-9d0b-2f6a1d9a7c55");
    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

    private FindingAlerts() {}

    /** Empty for decisions that nobody needs to hear of. */
    static Optional<Alert> of(Findings.Decision decision, Instant now) {
        if (decision instanceof Findings.Decision.Opened opened) {
            Stretch stretch = opened.stretch();
            boolean lost = stretch.missing() > 0;
            return Optional.of(alert(RULE, decision.finding(), now)
                    .setSeverity(lost ? Severity.SEVERITY_CRITICAL : Severity.SEVERITY_WARNING)
                    .setMessage(lost ? missing(stretch) : surplus(stretch))
                    .build());
        }
        if (decision instanceof Findings.Decision.Balanced) {
            Finding finding = decision.finding();
            return Optional.of(alert(RULE_BALANCED, finding, now)
                    .setSeverity(Severity.SEVERITY_INFO)
                    .setMessage("Topic " + finding.getTopic() + ", " + span(finding.getFromMs(), finding.getToMs())
                            + ": every record is stored once again.")
                    .build());
        }
        return Optional.empty();
    }

    private static String missing(Stretch stretch) {
        return where(stretch) + ": " + stretch.missing() + " of " + stretch.expected() + " records aren't stored"
                + (stretch.surplus() > 0 ? ", and " + stretch.surplus() + " are stored twice" : "")
                + partitions(stretch);
    }

    private static String surplus(Stretch stretch) {
        return where(stretch) + ": " + stretch.surplus() + " rows more than the " + stretch.expected()
                + " records there were" + partitions(stretch);
    }

    private static String where(Stretch stretch) {
        return "Topic " + stretch.topic() + ", " + span(stretch.fromMs(), stretch.toMs());
    }

    private static String partitions(Stretch stretch) {
        return stretch.partitions().stream()
                .map(String::valueOf)
                .collect(Collectors.joining(
                        ", ", stretch.partitions().size() == 1 ? " (partition " : " (partitions ", ")."));
    }

    private static String span(long fromMs, long toMs) {
        String from = CLOCK.format(Instant.ofEpochMilli(fromMs));
        String to = CLOCK.format(Instant.ofEpochMilli(toMs + Ledger.MINUTE_MS));
        return from + " to " + to + " UTC";
    }

    private static Alert.Builder alert(String rule, Finding finding, Instant now) {
        String subject = "topic:" + finding.getTopic();
        return Alert.newBuilder()
                .setAlertId(nameUuid(rule
                        + '\0'
                        + VERSION
                        + '\0'
                        + subject
                        + '\0'
                        + finding.getFromMs()
                        + '\0'
                        + finding.getOccurrence()))
                .setKind(AlertKind.ALERT_KIND_SYSTEM)
                .setRuleId(rule)
                .setRuleVersion(VERSION)
                .setSubject(subject)
                .setDetectedAtMs(now.toEpochMilli())
                .setStartedAtMs(finding.getFromMs());
    }

    /** Version 5 of RFC 9562. */
    private static String nameUuid(String name) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            sha1.update(ByteBuffer.allocate(16)
                    .putLong(NAMESPACE.getMostSignificantBits())
                    .putLong(NAMESPACE.getLeastSignificantBits())
                    .array());
            byte[] hash = Arrays.copyOf(sha1.digest(name.getBytes(StandardCharsets.UTF_8)), 16);
            hash[6] = (byte) (hash[6] & 0x0f | 0x50);
            hash[8] = (byte) (hash[8] & 0x3f | 0x80);
            ByteBuffer bytes = ByteBuffer.wrap(hash);
            return new UUID(bytes.getLong(), bytes.getLong()).toString();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }
}
