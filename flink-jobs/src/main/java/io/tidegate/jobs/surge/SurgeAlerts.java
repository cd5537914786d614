package io.tidegate.jobs.surge;

import io.tidegate.contracts.ScopedId;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.AlertKind;
import io.tidegate.contracts.v1.Severity;
import io.tidegate.jobs.alerting.NameUuid;
import java.util.Locale;

/** The alerts of this job, with deterministic ids and sentences for people. */
final class SurgeAlerts {

    private SurgeAlerts() {}

    static Alert of(SurgeSignal signal, SurgeThresholds rule) {
        SurgeSubject subject = SurgeSubject.ofSubject(signal.subject());
        String ruleId = signal.begins() ? subject.ruleId() : subject.endedRuleId();
        return Alert.newBuilder()
                .setAlertId(NameUuid.of(
                        ruleId, Integer.toString(rule.version()), signal.subject(), Long.toString(signal.endMs())))
                .setKind(AlertKind.ALERT_KIND_SURGE)
                .setRuleId(ruleId)
                .setRuleVersion(rule.version())
                .setSubject(ScopedId.id(signal.subject()))
                .setTenant(ScopedId.tenant(signal.subject()))
                .setSeverity(signal.begins() ? rule.severity() : Severity.SEVERITY_INFO)
                .setMessage(message(subject, signal, rule))
                .setDetectedAtMs(signal.endMs())
                .setStartedAtMs(signal.firstEndMs() - rule.windowMs())
                .build();
    }

    private static String message(SurgeSubject subject, SurgeSignal signal, SurgeThresholds rule) {
        String what = (subject == SurgeSubject.POST ? "Likes of post " : "Turnover of game ")
                + subject.id(ScopedId.id(signal.subject()));
        String level = number(signal.valueE4());
        String span = number(rule.windowMs() * SurgeEvent.ONE_E4 / 1_000) + " s";
        if (!signal.begins()) {
            String verb = subject == SurgeSubject.POST ? "are" : "is";
            return "%s %s back to normal: %s in %s.".formatted(what, verb, level, span);
        }
        if (signal.baselineE4() < SurgeEvent.ONE_E4) {
            return "%s rose to %s in %s, from next to nothing.".formatted(what, level, span);
        }
        return "%s rose to %s in %s, %s times the usual %s."
                .formatted(
                        what,
                        level,
                        span,
                        number(Math.round(signal.valueE4() / signal.baselineE4() * SurgeEvent.ONE_E4)),
                        number(Math.round(signal.baselineE4())));
    }

    /** At most one decimal: 180, 12.5. */
    private static String number(long valueE4) {
        String text = String.format(Locale.ROOT, "%.1f", valueE4 / (double) SurgeEvent.ONE_E4);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }
}
