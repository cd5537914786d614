package io.tidegate.serving.notify;

import io.tidegate.contracts.ScopedId;
import io.tidegate.contracts.v1.ChannelPreference;
import io.tidegate.contracts.v1.Delivery;
import io.tidegate.contracts.v1.DeliverySchedule;
import io.tidegate.contracts.v1.Notice;
import io.tidegate.contracts.v1.NoticeFilter;
import io.tidegate.contracts.v1.NotificationPreferences;
import io.tidegate.contracts.v1.PushSubscription;
import io.tidegate.contracts.v1.Severity;
import io.tidegate.contracts.v1.WebhookSubscription;
import io.tidegate.serving.notify.settings.Settings;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Who gets a notice, how, and when, by the settings of this moment. */
final class Planner {

    private final Settings settings;
    private final Set<Target.Channel> channels;

    /**
     * @param channels that this notifier can send on; nothing is planned for others
     */
    Planner(Settings settings, Set<Target.Channel> channels) {
        this.settings = settings;
        this.channels = Set.copyOf(channels);
    }

    List<Delivery> plan(Notice notice, Instant now) {
        List<Delivery> plan = new ArrayList<>();
        if (channels.contains(Target.Channel.WEBHOOK)) {
            for (WebhookSubscription webhook : settings.webhooks()) {
                if (webhook.getEnabled()
                        && mayRead(webhook.getTenant(), notice)
                        && passes(webhook.getFilter(), notice)) {
                    plan.add(delivery(Target.webhook(webhook.getWebhookId()), notice, webhook.getSchedule(), now));
                }
            }
        }
        if (Notices.isAlert(notice)) {
            for (String user : settings.alertReaders()) {
                if (mayRead(ScopedId.tenant(user), notice)) {
                    planUser(plan, user, notice, now);
                }
            }
        } else {
            planUser(plan, ScopedId.of(Notices.subject(notice), Notices.tenant(notice)), notice, now);
        }
        return plan;
    }

    /** Who has no tenant is of the platform itself and reads all. */
    private static boolean mayRead(String tenant, Notice notice) {
        return tenant.isEmpty() || tenant.equals(Notices.tenant(notice));
    }

    /** @param userId within its tenant */
    private void planUser(List<Delivery> plan, String userId, Notice notice, Instant now) {
        NotificationPreferences preferences =
                settings.preferences(userId).orElse(NotificationPreferences.getDefaultInstance());
        ChannelPreference email = preferences.getEmail();
        if (channels.contains(Target.Channel.EMAIL)
                && !preferences.getEmailAddress().isEmpty()
                && passes(email, notice)) {
            plan.add(delivery(Target.email(userId), notice, schedule(preferences, email), now));
        }
        if (channels.contains(Target.Channel.PUSH)) {
            ChannelPreference push = preferences.getWebPush();
            // Who has let a browser subscribe and said nothing else wants what is meant for them personally.
            boolean wanted = preferences.hasWebPush() ? passes(push, notice) : !Notices.isAlert(notice);
            if (wanted) {
                for (PushSubscription subscription : settings.pushSubscriptions(userId)) {
                    plan.add(delivery(
                            Target.push(userId, subscription.getSubscriptionId()),
                            notice,
                            schedule(preferences, push),
                            now));
                }
            }
        }
    }

    private static DeliverySchedule schedule(NotificationPreferences preferences, ChannelPreference channel) {
        DeliverySchedule.Builder schedule = DeliverySchedule.newBuilder()
                .setTimeZone(preferences.getTimeZone())
                .setDigestMs(channel.getDigestMs());
        if (preferences.hasQuietHours()) {
            schedule.setQuietHours(preferences.getQuietHours());
        }
        return schedule.build();
    }

    private static Delivery delivery(Target to, Notice notice, DeliverySchedule schedule, Instant now) {
        String target = to.toString();
        Schedule.Due due = Schedule.due(schedule, Notices.isCritical(notice), now);
        return Delivery.newBuilder()
                .setDeliveryId(DeliveryIds.single(target, Notices.id(notice)))
                .setTarget(target)
                .addNotices(notice)
                .setCreatedAtMs(now.toEpochMilli())
                .setDueAtMs(due.atMs())
                .setCollect(due.collect())
                .build();
    }

    static boolean passes(NoticeFilter filter, Notice notice) {
        return anyOrIn(filter.getKindsList(), Notices.kind(notice))
                && passesSeverity(filter.getSeveritiesList(), notice)
                && (!Notices.isAlert(notice)
                        || anyOrIn(filter.getRulesList(), notice.getAlert().getRuleId()))
                && anyOrIn(filter.getSubjectsList(), Notices.subject(notice));
    }

    private static boolean passes(ChannelPreference channel, Notice notice) {
        return channel.getEnabled()
                && channel.getKindsList().contains(Notices.kind(notice))
                && passesSeverity(channel.getSeveritiesList(), notice);
    }

    private static boolean passesSeverity(List<Severity> wanted, Notice notice) {
        return !Notices.isAlert(notice)
                || wanted.isEmpty()
                || wanted.contains(notice.getAlert().getSeverity());
    }

    private static boolean anyOrIn(List<String> wanted, String value) {
        return wanted.isEmpty() || wanted.contains(value);
    }
}
