/**
 * The notifier, a service of its own: alerts and notifications to webhooks, e-mail and web push.
 *
 * <pre>
 * topics alerts, notifications ──{@link io.tidegate.serving.notify.Intake}──▶ who wants it, and when ──▶ topic notifier.deliveries
 * topic notifier.deliveries ──{@link io.tidegate.serving.notify.Claims}──▶ {@link io.tidegate.serving.notify.Dispatcher} ──▶ a {@link
 * io.tidegate.serving.notify.Sender}
 * gateway ──{@link io.tidegate.serving.notify.settings.NotifyApi}──▶ topic notifier.settings ──▶ both
 * </pre>
 *
 * <p>A delivery is a record of a compacted topic until it is done, then a tombstone. The partitions of that topic are shared by the
 * notifiers through a consumer group; whoever is given a partition reads what is still pending in it and goes on. So nothing
 * is kept anywhere else, and a crash costs at most a repetition, under the same delivery id. See docs/notifications.md and
 * docs/adr/0014.
 */
package io.tidegate.serving.notify;
