package io.tidegate.replay.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.replay.rows.Row;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Templates, expressions, conditions and times, each over one row. */
class ValuesTest {

    private static final Row ROW = new Row(
            1,
            2,
            Map.of("Bet", "5", "CashedOut", "1.33335", "Bonus %", "0.5", "Name", "O'Neil", "Big", "123456789012.1234"));

    private static String render(String text) {
        return FieldValue.parse(text).render(ROW);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{Name}            | O'Neil",
                "page-{Bet}/{Name} | page-5/O'Neil",
                "{Bonus %}         | 0.5",
                "{{{Bet}}}         | {5}",
                "plain             | plain",
            })
    void aTemplateIsTextWithColumns(String template, String expected) {
        assertThat(render(template)).isEqualTo(expected);
    }

    @Test
    void aTemplateOrExpressionOverAMissingColumnGivesNothing() {
        assertThat(render("x-{Gone}")).isNull();
        assertThat(render("= Bet * (1 + -round(Gone, 2))")).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "= Bet                         | 5",
                "= round(Bet * CashedOut, 4)   | 6.6668",
                "= round(-Bet * CashedOut, 4)  | -6.6668",
                "= round(2.5, 0)               | 3",
                "= round(CashedOut, 1) + 0.1   | 1.4",
                "= 1 + 2 * 3                   | 7",
                "= (1 + 2) * 3                 | 9",
                "= 10 - 2 - 3                  | 5",
                "= 100 * 100                   | 10000",
                "= [Bonus %] * 2               | 1",
                "= Big * 3                     | 370370367036.3702",
                "= 0.1 + 0.2                   | 0.3",
            })
    void anExpressionIsExactDecimalArithmetic(String expression, String expected) {
        assertThat(render(expression)).isEqualTo(expected);
    }

    @Test
    void aResultWithMoreThanFourDecimalsHasToBeRounded() {
        assertThatThrownBy(() -> render("= Bet * CashedOut * 0.1"))
                .isInstanceOf(ValueException.class)
                .hasMessage("'Bet * CashedOut * 0.1' has 6 decimals (0.666675); at most 4 are allowed: round(…, 4)");
    }

    @Test
    void aColumnThatIsNoNumberIsNamed() {
        assertThatThrownBy(() -> render("= Name * 2"))
                .isInstanceOf(ValueException.class)
                .hasMessage("column 'Name': 'O'Neil' is no decimal number");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e999999999", "1e-999", "0x10", "NaN", "Infinity", "1.", ".5", "1,5", " 1", "--1", "١"})
    void onlyDecimalNumbersOfBoundedSizeAreNumbers(String text) {
        assertThatThrownBy(() -> Decimals.parse(text)).isInstanceOf(ValueException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "=",
                "= 1 2",
                "= 1 / 2",
                "= round(1)",
                "= round(1, 5)",
                "= round 1",
                "= (1",
                "= 1)",
                "= [a",
                "= 1..2"
            })
    void whatIsNoExpressionIsRefused(String expression) {
        assertThatThrownBy(() -> FieldValue.parse(expression)).isInstanceOf(SyntaxException.class);
    }

    @Test
    void depthIsBounded() {
        assertThatThrownBy(() -> FieldValue.parse("= " + "(".repeat(100_000))).isInstanceOf(SyntaxException.class);
        assertThatThrownBy(() -> FieldValue.parse("= " + "-".repeat(100_000))).isInstanceOf(SyntaxException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "Bet is present                       | true",
                "Bet is missing                       | false",
                "Gone is missing                      | true",
                "Gone = 'x'                           | false",
                "Gone != 'x'                          | false",
                "Gone > 0                             | false",
                "Name = 'O''Neil'                     | true",
                "Name != 'x'                          | true",
                "Bet = 5.00                           | true",
                "Bet != 5                             | false",
                "Bet >= 5 and Bet <= 5                | true",
                "Bet > 5                              | false",
                "Bet < 5.0001                         | true",
                "Bet > -1                             | true",
                "[Bonus %] < 1 and CashedOut is present | true",
                "Bet is present and Gone is present   | false",
            })
    void aConditionIsTestsJoinedByAnd(String condition, boolean expected) {
        assertThat(Condition.parse(condition).holds(ROW)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Bet", "Bet is", "Bet < 'x'", "Bet is present or Bet > 1", "Bet = ", "and", "Bet = 'x"})
    void whatIsNoConditionIsRefused(String condition) {
        assertThatThrownBy(() -> Condition.parse(condition)).isInstanceOf(SyntaxException.class);
    }

    @Test
    void comparingATextWithANumberNamesTheColumn() {
        assertThatThrownBy(() -> Condition.parse("Name > 1").holds(ROW))
                .isInstanceOf(ValueException.class)
                .hasMessageStartingWith("column 'Name'");
    }

    @ParameterizedTest
    @CsvSource({
        "ISO_8601,,2021-11-20T19:44:19Z,1637437459000",
        "ISO_8601,,2021-11-20T20:44:19.1239+01:00,1637437459123",
        "ISO_8601,UTC,2021-11-20 19:44:19,1637437459000",
        "ISO_8601,Europe/Berlin,2021-11-20T20:44:19,1637437459000",
        "EPOCH_SECONDS,,1082040961,1082040961000",
        "EPOCH_SECONDS,,1082040961.1239,1082040961123",
        "EPOCH_SECONDS,,-0.0001,-1",
        "EPOCH_MILLIS,,1082040961123,1082040961123",
    })
    void aTimeIsReadAsEpochMilliseconds(TimeColumn.TimeFormat format, String zone, String text, long expected) {
        TimeColumn time = new TimeColumn("t", format, Optional.ofNullable(zone).map(ZoneId::of), "time.column");

        assertThat(time.parse(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "ISO_8601,2021-11-20T19:44:19",
        "ISO_8601,2021-13-20T19:44:19Z",
        "ISO_8601,1637437459",
        "EPOCH_SECONDS,2021-11-20T19:44:19Z",
        "EPOCH_SECONDS,9999999999999999999999",
        "EPOCH_MILLIS,NA",
    })
    void whatIsNoTimeIsAnError(TimeColumn.TimeFormat format, String text) {
        assertThatThrownBy(() -> new TimeColumn("t", format, Optional.empty(), "time.column").parse(text))
                .isInstanceOf(ValueException.class)
                .hasMessage("'" + text + "' is no time of the format " + format.yamlName());
    }
}
