package io.tidegate.serving.ingest;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;

/** Decimals to whole ten-thousandths, against {@link BigDecimal}. */
public final class AmountsFuzz {

    private AmountsFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        char[] text = new String(input, StandardCharsets.UTF_8).toCharArray();
        long value = TenThousandths.parse(text, 0, text.length, EventDraft.MAX_MONEY_E4);
        if (value >= 0) {
            FuzzTerms.require(value <= EventDraft.MAX_MONEY_E4, "too large");
            FuzzTerms.require(
                    new BigDecimal(text).movePointRight(4).compareTo(BigDecimal.valueOf(value)) == 0, new String(text));
        }
    }
}
