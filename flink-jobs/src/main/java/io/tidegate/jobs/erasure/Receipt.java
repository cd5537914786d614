package io.tidegate.jobs.erasure;

import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What was removed where, and what has still to go by itself.
 *
 * @param applied false: what would be removed
 * @param state by when the jobs have forgotten the person
 */
record Receipt(
        Subject subject,
        Instant at,
        boolean applied,
        List<Rows> rows,
        List<Tombstones> tombstones,
        List<Expiry> expiries,
        Instant state) {

    record Rows(String table, int shard, String verb, long count) {}

    record Tombstones(String topic, int keys) {}

    /** @param by null: the topic keeps its records for ever */
    record Expiry(String topic, Instant by) {}

    String toJson() {
        return """
                {
                  "user": %s,
                  "tenant": %s,
                  "at": "%s",
                  "applied": %s,
                  "tables": [
                %s
                  ],
                  "tombstones": [
                %s
                  ],
                  "expiring": [
                %s
                  ],
                  "notTouched": [
                    "sums in the window tables and counters: they name nobody",
                    "backups and savepoints taken before: delete them by your own schedule",
                    "webhooks that the user owns: their settings are encrypted, remove them by the API"
                  ]
                }
                """.formatted(
                text(subject.user()),
                text(subject.tenant()),
                at,
                applied,
                rows.stream()
                        .map(row -> "    {\"table\": \"%s\", \"shard\": %d, \"%s\": %d}"
                                .formatted(row.table(), row.shard(), row.verb(), row.count()))
                        .collect(Collectors.joining(",\n")),
                tombstones.stream()
                        .map(topic -> "    {\"topic\": \"%s\", \"keys\": %d}".formatted(topic.topic(), topic.keys()))
                        .collect(Collectors.joining(",\n")),
                expiries.stream()
                                .map(topic -> "    {\"topic\": \"%s\", \"goneBy\": %s}"
                                        .formatted(
                                                topic.topic(), topic.by() == null ? "null" : "\"" + topic.by() + "\""))
                                .collect(Collectors.joining(",\n"))
                        + ",\n    {\"jobState\": \"histories of the detection and engagement jobs\", \"goneBy\": \""
                        + state + "\"}");
    }

    private static String text(String value) {
        StringBuilder json = new StringBuilder("\"");
        for (char c : value.toCharArray()) {
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < 0x20) {
                json.append("\\u%04x".formatted((int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }
}
