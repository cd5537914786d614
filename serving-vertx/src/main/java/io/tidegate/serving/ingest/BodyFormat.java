package io.tidegate.serving.ingest;

import java.util.Locale;
import java.util.Optional;

/** How events are laid out in a body, from its {@code Content-Type}. */
enum BodyFormat {
    /** One object, or an array of objects. */
    JSON,
    /** One object per line. */
    LINES;

    /**
     * @param contentType the header; null counts as JSON
     * @return empty if it is something else, or in another character set than UTF-8
     */
    static Optional<BodyFormat> of(String contentType) {
        if (contentType == null || contentType.equals("application/json")) {
            return Optional.of(JSON);
        }
        String[] parts = contentType.toLowerCase(Locale.ROOT).split(";", -1);
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].trim().replace("\"", "");
            if (parameter.startsWith("charset=")
                    && !parameter.equals("charset=utf-8")
                    && !parameter.equals("charset=us-ascii")) {
                return Optional.empty();
            }
        }
        return switch (parts[0].trim()) {
            case "application/json" -> Optional.of(JSON);
            case "application/x-ndjson", "application/ndjson" -> Optional.of(LINES);
            default -> Optional.empty();
        };
    }
}
