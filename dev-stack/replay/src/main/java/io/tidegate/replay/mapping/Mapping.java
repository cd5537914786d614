package io.tidegate.replay.mapping;

import java.nio.charset.Charset;
import java.util.List;
import java.util.Set;

/**
 * A mapping as read from its file; the package comment describes the file.
 *
 * @param missing texts that mean "no value", the empty one among them
 * @param columns every column that the mapping uses, with the place that uses it first
 */
public record Mapping(
        Format format,
        Charset charset,
        Set<String> missing,
        TimeColumn time,
        Sort sort,
        List<EventTemplate> events,
        List<ColumnUse> columns) {

    public enum Sort {
        NONE,
        TIME
    }

    public Mapping {
        missing = Set.copyOf(missing);
        events = List.copyOf(events);
        columns = List.copyOf(columns);
    }

    /** @throws MappingException where the mapping uses a column that the file doesn't have */
    public void requireColumns(List<String> available) {
        for (ColumnUse use : columns) {
            if (!available.contains(use.column())) {
                throw new MappingException(use.place() + ": the file has no column '" + use.column() + "'; it has "
                        + String.join(", ", available));
            }
        }
    }

    /** @param place file, line, column and path, as in an error message */
    public record ColumnUse(String column, String place) {}
}
