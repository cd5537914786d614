package io.tidegate.serving.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CursorTest {

    private static final long NOW = 1_772_402_400_123L;

    @Test
    void whatIsEncodedIsDecoded() {
        for (Cursor cursor : new Cursor[] {
            new Cursor(1, NOW, new long[] {0, 1, 127, 128, 16_383, 16_384, Long.MAX_VALUE}),
            new Cursor(2, 0, new long[] {}),
            new Cursor(3, NOW, new long[512]),
        }) {
            assertThat(Cursor.decode(cursor.encode())).contains(cursor);
        }
    }

    @Test
    void theTextIsTheSameInEveryVersionOfTheGateway() {
        assertThat(new Cursor(1, NOW, new long[] {5, 300, 0, 1_000_000}).encode())
                .isEqualTo("AgEA-7ap28ozBAWsAgDAhD0");
    }

    @Test
    void twelvePartitionsOfABillionRecordsFitACloseReason() {
        long[] next = new long[12];
        Arrays.fill(next, 1_000_000_000L);

        assertThat(("slow_consumer cursor=" + new Cursor(1, NOW, next).encode()).length())
                .isLessThanOrEqualTo(123);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "A",
                "AQ",
                "AQE",
                "!!!!",
                "AQH7tqnbyjMEBawCAMCEP",
                "AgEA-7ap28ozBAWsAgDAhD0AA",
                "AgH7tqnbyjMEBawCAMCEPQ",
                "AQH___________8BAA"
            })
    void whatWasNotEncodedHereIsRefused(String text) {
        assertThat(Cursor.decode(text)).isEmpty();
    }

    @Test
    void anyBytesAreEitherRefusedOrReadWithinBounds() {
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            if (bytes.length > 1) {
                bytes[0] = 2;
            }
            String text = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);

            Cursor.decode(text).ifPresent(cursor -> assertThat(Cursor.decode(cursor.encode()))
                    .contains(cursor));
        }
        assertThat(Cursor.decode("A".repeat(1_000_000))).isEmpty();
    }

    @Test
    void onlyTheVeryPlaceCountsAsNothingMissed() {
        Cursor place = new Cursor(1, NOW, new long[] {10, 20});

        assertThat(new Cursor(1, 0, new long[] {10, 20}).isAt(place)).isTrue();
        assertThat(new Cursor(1, NOW, new long[] {10, 19}).isAt(place)).isFalse();
        assertThat(new Cursor(1, NOW, new long[] {11, 20}).isAt(place)).isFalse();
        assertThat(new Cursor(1, NOW, new long[] {10}).isAt(place)).isFalse();
        assertThat(new Cursor(2, NOW, new long[] {10, 20}).isAt(place)).isFalse();
    }
}
