package io.tidegate.serving.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TenThousandthsTest {

    private static final long MAX = EventDraft.MAX_MONEY_E4;

    private static long parse(String text) {
        // Somewhere inside a larger buffer, as the parser hands it over.
        char[] buffer = ("99" + text + "99").toCharArray();
        return TenThousandths.parse(buffer, 2, text.length(), MAX);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1, 10000",
        "12.34, 123400",
        "0.0001, 1",
        "0.1, 1000",
        "12.3400, 123400",
        "999999999999.9999, 9999999999999999",
        "1000000000000, 10000000000000000",
        "1e2, 1000000",
        "1.5E1, 150000",
        "25e-4, 25",
        "1e+0, 10000"
    })
    void aDecimalBecomesExactlyItsTenThousandths(String text, long expected) {
        assertThat(parse(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.00001", "0.12345", "1.50000", "1e-5", "12.345678e1"})
    void fiveDecimalsAreTooMany(String text) {
        assertThat(parse(text)).isEqualTo(TenThousandths.TOO_MANY_DECIMALS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "-0.0001", "-0", "-1e2"})
    void negativeIsToldApart(String text) {
        assertThat(parse(text)).isEqualTo(TenThousandths.NEGATIVE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1000000000000.0001",
                "9223372036854775807",
                "92233720368547758079223372036854775807",
                "1e13",
                "1e99",
                "1e999999999",
                "111111111111111111111111111111111111111111111111111111"
            })
    void whatIsTooLargeNeverOverflows(String text) {
        assertThat(parse(text)).isEqualTo(TenThousandths.TOO_LARGE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "-", ".5", "5.", "1,5", " 1", "1 ", "+1", "01", "1.2.3", "abc", "1e", "1ee2", "1e+", "0x10", "NaN",
                "1_0", "１"
            })
    void whatIsNoNumberIsToldApart(String text) {
        assertThat(parse(text)).isEqualTo(TenThousandths.NO_NUMBER);
    }

    @Test
    void itAgreesWithBigDecimal() {
        Random random = new Random(4);
        for (int i = 0; i < 20_000; i++) {
            BigDecimal value = BigDecimal.valueOf(random.nextLong(MAX))
                    .movePointLeft(4)
                    .setScale(random.nextInt(5), java.math.RoundingMode.DOWN);

            assertThat(parse(value.toPlainString()))
                    .as(value.toPlainString())
                    .isEqualTo(value.movePointRight(4).longValueExact());
        }
    }
}
