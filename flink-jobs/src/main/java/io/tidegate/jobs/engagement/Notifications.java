package io.tidegate.jobs.engagement;

import io.tidegate.contracts.ScopedId;
import io.tidegate.contracts.v1.BigWin;
import io.tidegate.contracts.v1.Milestone;
import io.tidegate.contracts.v1.Notification;
import io.tidegate.contracts.v1.NotificationKind;
import io.tidegate.contracts.v1.TakeABreak;
import io.tidegate.jobs.alerting.NameUuid;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;

/** The notifications of this job, with deterministic ids and sentences for people. */
final class Notifications {

    private Notifications() {}

    /** @param postId within its tenant */
    static Notification milestone(String author, String postId, long likes, long atMs) {
        return Notification.newBuilder()
                .setNotificationId(NameUuid.of("milestone", author, postId, Long.toString(likes)))
                .setKind(NotificationKind.NOTIFICATION_KIND_MILESTONE)
                .setRecipient(author)
                .setMessage(String.format(Locale.ROOT, "Your post %s got %,d likes!", ScopedId.id(postId), likes))
                .setTenant(ScopedId.tenant(postId))
                .setCreatedAtMs(atMs)
                .setMilestone(
                        Milestone.newBuilder().setPostId(ScopedId.id(postId)).setLikes(likes))
                .build();
    }

    static Notification bigWin(EngagementEvent outcome, long stakeE4) {
        String payout = money(outcome.amountE4(), outcome.currency());
        return Notification.newBuilder()
                .setNotificationId(NameUuid.of("big_win", outcome.userId(), outcome.betId(), outcome.eventId()))
                .setKind(NotificationKind.NOTIFICATION_KIND_BIG_WIN)
                .setRecipient(ScopedId.id(outcome.userId()))
                .setTenant(ScopedId.tenant(outcome.userId()))
                .setMessage("Big win! Your bet of %s on game %s paid %s."
                        .formatted(money(stakeE4, outcome.currency()), outcome.gameId(), payout))
                .setCreatedAtMs(outcome.atMs())
                .setBigWin(BigWin.newBuilder()
                        .setBetId(outcome.betId())
                        .setGameId(outcome.gameId())
                        .setStakeE4(stakeE4)
                        .setPayoutE4(outcome.amountE4())
                        .setCurrency(outcome.currency()))
                .build();
    }

    static Notification takeABreak(EngagementEvent bet, int bets, Duration window) {
        return Notification.newBuilder()
                .setNotificationId(NameUuid.of("take_a_break", bet.userId(), bet.eventId()))
                .setKind(NotificationKind.NOTIFICATION_KIND_TAKE_A_BREAK)
                .setRecipient(ScopedId.id(bet.userId()))
                .setTenant(ScopedId.tenant(bet.userId()))
                .setMessage(
                        "You placed %d bets within %d minutes. How about a break?".formatted(bets, window.toMinutes()))
                .setCreatedAtMs(bet.atMs())
                .setTakeABreak(TakeABreak.newBuilder().setBets(bets).setWindowMs(window.toMillis()))
                .build();
    }

    private static String money(long amountE4, String currency) {
        String amount = BigDecimal.valueOf(amountE4, 4).stripTrailingZeros().toPlainString();
        return currency.isEmpty() ? amount : amount + " " + currency;
    }
}
