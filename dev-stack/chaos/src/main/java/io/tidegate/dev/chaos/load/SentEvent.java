package io.tidegate.dev.chaos.load;

import io.tidegate.replay.oracle.OracleEvent;

/**
 * An event as the log of the load knows it.
 *
 * @param event its fields; its time is {@code occurredAt}
 * @param print {@link RowPrint} over type, user_id, post_id, author_id, comment_id, bet_id, game_id, amount (ten-thousandths), currency,
 *     odds (ten-thousandths), bet_type, channel, city, device_type, result, payout (ten-thousandths), method, ip, device_id, country,
 *     occurred_at (epoch ms)
 * @param firstSentMs epoch milliseconds
 */
public record SentEvent(OracleEvent event, long print, Fate fate, long firstSentMs) {}
