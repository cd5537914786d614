package io.tidegate.serving.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvFieldsTest {

    private final CsvFields csv = new CsvFields();

    @Test
    void whatWouldBreakALineIsQuoted() {
        csv.text("a", "a,b");
        csv.text("b", "say \"no\"");
        csv.text("c", "two\nlines");
        csv.text("d", "");
        csv.endLine();

        assertThat(csv.text()).isEqualTo("\"a,b\",\"say \"\"no\"\"\",\"two\nlines\",\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "=HYPERLINK(\"http://x\",\"y\")"})
    void aTextNeverIsAFormula(String text) {
        csv.text("a", text);

        assertThat(csv.text().replace("\"", "")).startsWith("'" + text.charAt(0));
    }

    @Test
    void numbersStayNumbers() throws IOException {
        csv.number("a", -5);
        csv.number("b", new BigDecimal("-1E+3"));
        csv.number("c", null);
        csv.texts("d", List.of("e1", "e\"2"));

        assertThat(csv.text()).isEqualTo("-5,-1000,,\"[\"\"e1\"\",\"\"e\\\"\"2\"\"]\"");
    }
}
