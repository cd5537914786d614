package io.tidegate.jobs.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.contracts.v1.BigWin;
import io.tidegate.contracts.v1.Milestone;
import io.tidegate.contracts.v1.Notification;
import io.tidegate.contracts.v1.TakeABreak;
import org.junit.jupiter.api.Test;

class NotificationDataTest {

    @Test
    void aMilestone() {
        assertThat(json(Notification.newBuilder()
                        .setMilestone(Milestone.newBuilder().setPostId("p1").setLikes(1_000))))
                .isEqualTo("{\"postId\":\"p1\",\"likes\":1000}");
    }

    @Test
    void aBigWinHasAmountsAsNumbers() {
        assertThat(json(Notification.newBuilder()
                        .setBigWin(BigWin.newBuilder()
                                .setBetId("b1")
                                .setGameId("g1")
                                .setStakeE4(125_000)
                                .setPayoutE4(100_0000)
                                .setCurrency("EUR"))))
                .isEqualTo("{\"betId\":\"b1\",\"gameId\":\"g1\",\"stake\":12.5,\"payout\":100,\"currency\":\"EUR\"}");
    }

    @Test
    void aBreakHasItsWindowInSeconds() {
        assertThat(json(Notification.newBuilder()
                        .setTakeABreak(TakeABreak.newBuilder().setBets(50).setWindowMs(300_000))))
                .isEqualTo("{\"bets\":50,\"windowSeconds\":300}");
    }

    @Test
    void whatWouldBreakTheTextIsEscaped() {
        assertThat(json(Notification.newBuilder()
                        .setMilestone(Milestone.newBuilder().setPostId("a\"b\\c\n\u0001ß😀"))))
                .isEqualTo("{\"postId\":\"a\\\"b\\\\c\\u000a\\u0001ß😀\",\"likes\":0}");
    }

    @Test
    void aKindOfALaterVersionIsAnEmptyObject() {
        assertThat(json(Notification.newBuilder())).isEqualTo("{}");
    }

    private static String json(Notification.Builder notification) {
        return NotificationData.json(notification.build());
    }
}
