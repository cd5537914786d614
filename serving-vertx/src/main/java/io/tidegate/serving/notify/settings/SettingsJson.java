package io.tidegate.serving.notify.settings;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tidegate.contracts.EnumWords;
import io.tidegate.contracts.ScopedId;
import io.tidegate.contracts.v1.ChannelPreference;
import io.tidegate.contracts.v1.DeliverySchedule;
import io.tidegate.contracts.v1.NoticeFilter;
import io.tidegate.contracts.v1.NotificationPreferences;
import io.tidegate.contracts.v1.PushSubscription;
import io.tidegate.contracts.v1.QuietHours;
import io.tidegate.contracts.v1.Severity;
import io.tidegate.contracts.v1.WebhookSubscription;
import io.tidegate.serving.config.Durations;
import io.tidegate.serving.push.DataJson;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The settings as the API takes and shows them. Reading throws {@link BadSettingException}. */
final class SettingsJson {

    private static final List<String> KINDS = Stream.concat(
                    EnumWords.ALERT_KINDS.all().stream(), EnumWords.NOTIFICATION_KINDS.all().stream())
            .toList();
    private static final Duration SHORTEST_DIGEST = Duration.ofMinutes(1);
    private static final Duration LONGEST_DIGEST = Duration.ofDays(7);
    private static final Duration DEFAULT_OVERLAP = Duration.ofDays(1);
    private static final Duration LONGEST_OVERLAP = Duration.ofDays(7);
    private static final int ID_LENGTH = 128;
    /** Deliberately narrow: what is left out are forms that only ever surprise. */
    private static final String EMAIL =
            "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?";

    private SettingsJson() {}

    /** Without id, owner, secret and times, which are the server's. The URL is read but not judged. */
    static WebhookSubscription.Builder webhook(JsonFields json) {
        WebhookSubscription.Builder webhook = WebhookSubscription.newBuilder()
                .setUrl(json.requiredText("url", 2048))
                .setDescription(json.text("description", 200).orElse(""));
        json.object("filter").ifPresent(filter -> webhook.setFilter(filter(filter)));
        json.object("schedule").ifPresent(schedule -> webhook.setSchedule(schedule(schedule)));
        json.finish();
        return webhook;
    }

    /** For how long a replaced secret goes on to sign; a body without fields takes the default. */
    static Duration overlap(JsonFields json) {
        Duration overlap = json.duration("overlap", DEFAULT_OVERLAP, Duration.ofSeconds(1), LONGEST_OVERLAP);
        json.finish();
        return overlap;
    }

    private static NoticeFilter filter(JsonFields json) {
        NoticeFilter filter = NoticeFilter.newBuilder()
                .addAllKinds(json.words("kinds", KINDS))
                .addAllSeverities(severities(json))
                .addAllRules(json.texts("rules", 100, ID_LENGTH))
                .addAllSubjects(json.texts("subjects", 1000, ID_LENGTH + 10))
                .build();
        json.finish();
        return filter;
    }

    private static DeliverySchedule schedule(JsonFields json) {
        DeliverySchedule.Builder schedule =
                DeliverySchedule.newBuilder().setTimeZone(timeZone(json)).setDigestMs(digest(json));
        quietHours(json).ifPresent(schedule::setQuietHours);
        json.finish();
        return schedule.build();
    }

    static NotificationPreferences.Builder preferences(JsonFields json) {
        NotificationPreferences.Builder preferences =
                NotificationPreferences.newBuilder().setTimeZone(timeZone(json));
        quietHours(json).ifPresent(preferences::setQuietHours);
        json.object("email").ifPresent(email -> {
            email.text("address", 254).ifPresent(address -> {
                if (!address.matches(EMAIL)) {
                    throw new BadSettingException(email.name("address"), "must be an e-mail address");
                }
                preferences.setEmailAddress(address);
            });
            preferences.setEmail(channel(email));
            if (preferences.getEmail().getEnabled()
                    && preferences.getEmailAddress().isEmpty()) {
                throw new BadSettingException(email.name("address"), "is required");
            }
        });
        json.object("webPush").ifPresent(push -> preferences.setWebPush(channel(push)));
        // What GET shows may be sent back.
        json.ignore("userId");
        json.ignore("updatedAt");
        json.ignore("updatedBy");
        json.finish();
        return preferences;
    }

    private static ChannelPreference channel(JsonFields json) {
        List<String> kinds = json.words("kinds", KINDS);
        ChannelPreference channel = ChannelPreference.newBuilder()
                .setEnabled(json.flag("enabled", true))
                // Alerts must be asked for by name.
                .addAllKinds(kinds.isEmpty() ? EnumWords.NOTIFICATION_KINDS.all() : kinds)
                .addAllSeverities(severities(json))
                .setDigestMs(digest(json))
                .build();
        json.finish();
        return channel;
    }

    static boolean wantsAlerts(NotificationPreferences.Builder preferences) {
        return Stream.of(preferences.getEmail(), preferences.getWebPush())
                .anyMatch(channel -> channel.getKindsList().stream().anyMatch(EnumWords.ALERT_KINDS.all()::contains));
    }

    /** The document that a browser's {@code PushSubscription.toJSON()} gives. */
    static PushSubscription.Builder push(JsonFields json) {
        JsonFields keys = json.object("keys").orElseThrow(() -> new BadSettingException("keys", "is required"));
        PushSubscription.Builder push = PushSubscription.newBuilder()
                .setEndpoint(json.requiredText("endpoint", 2048))
                .setP256Dh(com.google.protobuf.ByteString.copyFrom(base64(keys, "p256dh", 65)))
                .setAuth(com.google.protobuf.ByteString.copyFrom(base64(keys, "auth", 16)));
        keys.finish();
        json.ignore("expirationTime");
        json.finish();
        return push;
    }

    private static byte[] base64(JsonFields json, String key, int length) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(json.requiredText(key, 200));
            if (bytes.length == length) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            throw new BadSettingException(json.name(key), "must be Base64url of " + length + " bytes");
        }
        throw new BadSettingException(json.name(key), "must be Base64url of " + length + " bytes");
    }

    private static List<Severity> severities(JsonFields json) {
        return json.words("severities", EnumWords.SEVERITIES.all()).stream()
                .flatMap(word -> EnumWords.SEVERITIES.parse(word).stream())
                .toList();
    }

    private static long digest(JsonFields json) {
        return json.duration("digest", Duration.ZERO, SHORTEST_DIGEST, LONGEST_DIGEST)
                .toMillis();
    }

    private static String timeZone(JsonFields json) {
        Optional<String> zone = json.text("timeZone", 64);
        try {
            zone.ifPresent(ZoneId::of);
        } catch (DateTimeException e) {
            throw new BadSettingException(json.name("timeZone"), "must be a time zone such as Europe/Riga");
        }
        return zone.orElse("");
    }

    private static Optional<QuietHours> quietHours(JsonFields json) {
        return json.object("quietHours").map(quiet -> {
            QuietHours hours = QuietHours.newBuilder()
                    .setFromMinute(minute(quiet, "from"))
                    .setToMinute(minute(quiet, "to"))
                    .setHoldCritical(quiet.flag("holdCritical", false))
                    .build();
            quiet.finish();
            if (hours.getFromMinute() == hours.getToMinute()) {
                throw new BadSettingException(quiet.name("to"), "must differ from " + quiet.name("from"));
            }
            return hours;
        });
    }

    private static int minute(JsonFields json, String key) {
        String text = json.requiredText(key, 5);
        try {
            LocalTime time = LocalTime.parse(text);
            return time.getHour() * 60 + time.getMinute();
        } catch (DateTimeException e) {
            throw new BadSettingException(json.name(key), "must be a time of day such as 22:00");
        }
    }

    /**
     * @param secret shown once, when it was made; else empty
     */
    static void write(JsonGenerator json, WebhookSubscription webhook, Optional<String> secret) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", webhook.getWebhookId());
        json.writeStringField("owner", webhook.getOwner());
        json.writeStringField("url", webhook.getUrl());
        json.writeStringField("description", webhook.getDescription());
        if (secret.isPresent()) {
            json.writeStringField("secret", secret.get());
        }
        NoticeFilter filter = webhook.getFilter();
        json.writeObjectFieldStart("filter");
        writeTexts(json, "kinds", filter.getKindsList());
        writeTexts(json, "severities", words(filter.getSeveritiesList()));
        writeTexts(json, "rules", filter.getRulesList());
        writeTexts(json, "subjects", filter.getSubjectsList());
        json.writeEndObject();
        DeliverySchedule schedule = webhook.getSchedule();
        json.writeObjectFieldStart("schedule");
        json.writeStringField("timeZone", orUtc(schedule.getTimeZone()));
        writeQuiet(json, schedule.hasQuietHours(), schedule.getQuietHours());
        json.writeStringField("digest", digest(schedule.getDigestMs()));
        json.writeEndObject();
        json.writeBooleanField("enabled", webhook.getEnabled());
        if (!webhook.getEnabled()) {
            json.writeStringField("disabledReason", webhook.getDisabledReason());
            json.writeStringField("disabledAt", DataJson.time(webhook.getDisabledAtMs()));
        }
        if (webhook.getPreviousSecretUntilMs() > System.currentTimeMillis()) {
            json.writeStringField("previousSecretUntil", DataJson.time(webhook.getPreviousSecretUntilMs()));
        }
        json.writeStringField("createdAt", DataJson.time(webhook.getCreatedAtMs()));
        json.writeEndObject();
    }

    static void write(JsonGenerator json, NotificationPreferences preferences) throws IOException {
        json.writeStartObject();
        json.writeStringField("userId", ScopedId.id(preferences.getUserId()));
        json.writeStringField("timeZone", orUtc(preferences.getTimeZone()));
        writeQuiet(json, preferences.hasQuietHours(), preferences.getQuietHours());
        if (preferences.hasEmail()) {
            json.writeObjectFieldStart("email");
            json.writeStringField("address", preferences.getEmailAddress());
            writeChannel(json, preferences.getEmail());
            json.writeEndObject();
        }
        if (preferences.hasWebPush()) {
            json.writeObjectFieldStart("webPush");
            writeChannel(json, preferences.getWebPush());
            json.writeEndObject();
        }
        if (preferences.getUpdatedAtMs() > 0) {
            json.writeStringField("updatedAt", DataJson.time(preferences.getUpdatedAtMs()));
            json.writeStringField("updatedBy", preferences.getUpdatedBy());
        }
        json.writeEndObject();
    }

    static void write(JsonGenerator json, PushSubscription push) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", push.getSubscriptionId());
        json.writeStringField("endpoint", push.getEndpoint());
        json.writeStringField("createdAt", DataJson.time(push.getCreatedAtMs()));
        json.writeEndObject();
    }

    private static void writeChannel(JsonGenerator json, ChannelPreference channel) throws IOException {
        json.writeBooleanField("enabled", channel.getEnabled());
        writeTexts(json, "kinds", channel.getKindsList());
        writeTexts(json, "severities", words(channel.getSeveritiesList()));
        json.writeStringField("digest", digest(channel.getDigestMs()));
    }

    private static void writeQuiet(JsonGenerator json, boolean given, QuietHours hours) throws IOException {
        if (!given) {
            return;
        }
        json.writeObjectFieldStart("quietHours");
        json.writeStringField("from", time(hours.getFromMinute()));
        json.writeStringField("to", time(hours.getToMinute()));
        json.writeBooleanField("holdCritical", hours.getHoldCritical());
        json.writeEndObject();
    }

    private static void writeTexts(JsonGenerator json, String name, List<String> texts) throws IOException {
        json.writeArrayFieldStart(name);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }

    private static List<String> words(List<Severity> severities) {
        return severities.stream()
                .map(severity -> EnumWords.SEVERITIES.of(severity, "unknown"))
                .toList();
    }

    private static String time(int minute) {
        return LocalTime.of(minute / 60 % 24, minute % 60).toString();
    }

    private static String digest(long ms) {
        return ms == 0 ? "0s" : Durations.format(Duration.ofMillis(ms));
    }

    private static String orUtc(String zone) {
        return zone.isEmpty() ? "UTC" : zone;
    }
}
