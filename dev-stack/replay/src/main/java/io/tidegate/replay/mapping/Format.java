package io.tidegate.replay.mapping;

import java.util.List;

/** How a file is split into rows and columns. */
public sealed interface Format {

    /** @param columns empty where the first record names them */
    record Csv(List<String> columns, char delimiter, char quote) implements Format {
        public Csv {
            columns = List.copyOf(columns);
        }
    }

    record Whitespace(List<String> columns) implements Format {
        public Whitespace {
            columns = List.copyOf(columns);
        }
    }

    record Ndjson() implements Format {}
}
