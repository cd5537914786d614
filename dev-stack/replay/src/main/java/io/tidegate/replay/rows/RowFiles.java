package io.tidegate.replay.rows;

import io.tidegate.replay.mapping.Format;
import io.tidegate.replay.mapping.Mapping;
import java.io.IOException;
import java.nio.file.Path;

/** Opens a file as its mapping describes it. */
public final class RowFiles {

    private RowFiles() {}

    /** @throws RowException where the header is malformed */
    public static RowReader open(Path file, Mapping mapping) throws IOException {
        Format format = mapping.format();
        if (format instanceof Format.Csv csv) {
            return new CsvRows(file, mapping.charset(), csv.delimiter(), csv.quote(), mapping.missing(), csv.columns());
        }
        if (format instanceof Format.Whitespace whitespace) {
            return new WhitespaceRows(file, mapping.charset(), mapping.missing(), whitespace.columns());
        }
        return new NdjsonRows(file, mapping.charset(), mapping.missing());
    }
}
