package io.tidegate.serving.notify.settings;

import io.tidegate.contracts.EnumWords;
import io.tidegate.contracts.v1.NotificationPreferences;
import io.tidegate.contracts.v1.NotifierSetting;
import io.tidegate.contracts.v1.PushSubscription;
import io.tidegate.contracts.v1.WebhookSubscription;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Everything on topic {@code notifier.settings}, in memory. Read from any thread; {@link #apply} is synchronised. */
public final class Settings {

    private final Map<String, WebhookSubscription> webhooks = new ConcurrentHashMap<>();
    private final Map<String, NotificationPreferences> preferences = new ConcurrentHashMap<>();
    private final Map<String, Map<String, PushSubscription>> pushByUser = new ConcurrentHashMap<>();
    /** Users with a channel for kinds of alerts: alerts have no recipient, so these are asked for each. */
    private final Set<String> alertReaders = ConcurrentHashMap.newKeySet();

    private final Map<String, Long> appliedOffsets = new ConcurrentHashMap<>();

    /** Record key of a setting. */
    static String key(NotifierSetting setting) {
        return switch (setting.getSettingCase()) {
            case WEBHOOK -> webhookKey(setting.getWebhook().getWebhookId());
            case PREFERENCES -> "user/" + setting.getPreferences().getUserId();
            case PUSH ->
                pushKey(setting.getPush().getUserId(), setting.getPush().getSubscriptionId());
            case SETTING_NOT_SET -> throw new IllegalArgumentException("an empty setting");
        };
    }

    public static String webhookKey(String id) {
        return "webhook/" + id;
    }

    public static String pushKey(String userId, String id) {
        return "push/" + userId + "/" + id;
    }

    public Collection<WebhookSubscription> webhooks() {
        return webhooks.values();
    }

    public Optional<WebhookSubscription> webhook(String id) {
        return Optional.ofNullable(webhooks.get(id));
    }

    public Optional<NotificationPreferences> preferences(String userId) {
        return Optional.ofNullable(preferences.get(userId));
    }

    public Collection<PushSubscription> pushSubscriptions(String userId) {
        return pushByUser.getOrDefault(userId, Map.of()).values();
    }

    public Optional<PushSubscription> pushSubscription(String userId, String id) {
        return Optional.ofNullable(pushByUser.getOrDefault(userId, Map.of()).get(id));
    }

    public Set<String> alertReaders() {
        return Set.copyOf(alertReaders);
    }

    /**
     * Takes a record over; older ones than what is known of the key are ignored, since the writer applies its own records before it
     * reads them.
     *
     * @param setting null: deleted
     */
    synchronized void apply(long offset, String key, NotifierSetting setting) {
        Long known = appliedOffsets.get(key);
        if (known != null && known >= offset) {
            return;
        }
        appliedOffsets.put(key, offset);
        if (key.startsWith("webhook/")) {
            String id = key.substring("webhook/".length());
            if (setting == null) {
                webhooks.remove(id);
            } else {
                webhooks.put(id, setting.getWebhook());
            }
        } else if (key.startsWith("user/")) {
            String userId = key.substring("user/".length());
            if (setting == null) {
                preferences.remove(userId);
                alertReaders.remove(userId);
            } else {
                NotificationPreferences given = setting.getPreferences();
                preferences.put(userId, given);
                if (readsAlerts(given)) {
                    alertReaders.add(userId);
                } else {
                    alertReaders.remove(userId);
                }
            }
        } else if (key.startsWith("push/")) {
            int last = key.lastIndexOf('/');
            String userId = key.substring("push/".length(), Math.max(last, "push/".length()));
            String id = key.substring(last + 1);
            if (setting == null) {
                pushByUser.computeIfPresent(userId, (user, ids) -> {
                    ids.remove(id);
                    return ids.isEmpty() ? null : ids;
                });
            } else {
                pushByUser
                        .computeIfAbsent(userId, user -> new ConcurrentHashMap<>())
                        .put(id, setting.getPush());
            }
        }
    }

    private static boolean readsAlerts(NotificationPreferences given) {
        List<String> alertKinds = EnumWords.ALERT_KINDS.all();
        return Stream.of(given.getEmail(), given.getWebPush())
                .anyMatch(channel ->
                        channel.getEnabled() && channel.getKindsList().stream().anyMatch(alertKinds::contains));
    }
}
