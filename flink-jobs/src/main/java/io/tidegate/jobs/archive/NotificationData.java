package io.tidegate.jobs.archive;

import io.tidegate.contracts.v1.BigWin;
import io.tidegate.contracts.v1.Milestone;
import io.tidegate.contracts.v1.Notification;
import io.tidegate.contracts.v1.TakeABreak;
import java.math.BigDecimal;
import java.util.concurrent.TimeUnit;

/**
 * The fields of a notification's kind as a JSON object, named as on the WebSocket: {@code milestone {postId,
 * likes}}, {@code big_win {betId, gameId, stake, payout, currency}} with amounts as numbers, {@code take_a_break
 * {bets, windowSeconds}}. {@code {}} for a kind of a later version.
 */
final class NotificationData {

    private final StringBuilder json = new StringBuilder(96).append('{');

    private NotificationData() {}

    static String json(Notification notification) {
        NotificationData data = new NotificationData();
        switch (notification.getDataCase()) {
            case MILESTONE -> {
                Milestone milestone = notification.getMilestone();
                data.text("postId", milestone.getPostId()).number("likes", milestone.getLikes());
            }
            case BIG_WIN -> {
                BigWin win = notification.getBigWin();
                data.text("betId", win.getBetId())
                        .text("gameId", win.getGameId())
                        .amount("stake", win.getStakeE4())
                        .amount("payout", win.getPayoutE4())
                        .text("currency", win.getCurrency());
            }
            case TAKE_A_BREAK -> {
                TakeABreak pause = notification.getTakeABreak();
                data.number("bets", pause.getBets())
                        .number("windowSeconds", TimeUnit.MILLISECONDS.toSeconds(pause.getWindowMs()));
            }
            case DATA_NOT_SET -> {}
        }
        return data.json.append('}').toString();
    }

    private NotificationData amount(String field, long tenThousandths) {
        name(field);
        json.append(BigDecimal.valueOf(tenThousandths, 4).stripTrailingZeros().toPlainString());
        return this;
    }

    private NotificationData number(String field, long value) {
        name(field);
        json.append(value);
        return this;
    }

    private NotificationData text(String field, String value) {
        name(field);
        json.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < 0x20) {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        json.append('"');
        return this;
    }

    private void name(String field) {
        if (json.length() > 1) {
            json.append(',');
        }
        json.append('"').append(field).append("\":");
    }
}
