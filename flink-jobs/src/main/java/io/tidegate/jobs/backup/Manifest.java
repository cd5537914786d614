package io.tidegate.jobs.backup;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What is in a backup: {@code MANIFEST}, lines of tab-separated fields, the last with the hash of those before, so that what is there is
 * whole. Written last: a directory without it is no backup.
 *
 * @param at when it was begun
 * @param shards of ClickHouse that it was made from
 */
record Manifest(
        Instant at,
        int shards,
        List<Part> parts,
        List<Topic> topics,
        List<Position> positions,
        List<Savepoint> savepoints) {

    static final String FILE = "MANIFEST";
    private static final String FIRST = "tidegate-backup\t1";

    /**
     * One partition of a table on one shard; a table without rows has one without a file.
     *
     * @param shard from 1
     * @param partition ClickHouse's id of it; empty: the table has no rows
     * @param rows as they are stored, superseded ones and all
     * @param sum of {@link LineDigest}
     * @param file below the backup's directory, gzip of tab-separated rows after a line with the columns
     * @param sha256 of the file
     */
    record Part(int shard, String table, String partition, long rows, String sum, String file, String sha256) {}

    /** @param records all that it has, in the order of each partition */
    record Topic(String name, int partitions, long records, String file, String sha256) {}

    /** How far a consumer group, or a topic ({@code group} is then {@code -}), was: for whoever continues somewhere else. */
    record Position(String group, String topic, int partition, long offset) {}

    record Savepoint(String path, Instant at) {}

    Manifest {
        parts = List.copyOf(parts);
        topics = List.copyOf(topics);
        positions = List.copyOf(positions);
        savepoints = List.copyOf(savepoints);
    }

    long rows() {
        return parts.stream().mapToLong(Part::rows).sum();
    }

    void write(Path directory) throws IOException {
        StringBuilder text = new StringBuilder();
        line(text, FIRST, at, shards);
        for (Part part : parts) {
            line(
                    text,
                    "part",
                    part.shard(),
                    part.table(),
                    part.partition(),
                    part.rows(),
                    part.sum(),
                    part.file(),
                    part.sha256());
        }
        for (Topic topic : topics) {
            line(text, "topic", topic.name(), topic.partitions(), topic.records(), topic.file(), topic.sha256());
        }
        for (Position position : positions) {
            line(text, "position", position.group(), position.topic(), position.partition(), position.offset());
        }
        for (Savepoint savepoint : savepoints) {
            line(text, "savepoint", savepoint.path(), savepoint.at());
        }
        line(text, "end", Hashes.of(text.toString().getBytes(StandardCharsets.UTF_8)));
        Files.writeString(directory.resolve(FILE), text);
    }

    private static void line(StringBuilder text, Object... fields) {
        for (int i = 0; i < fields.length; i++) {
            String field = fields[i].toString();
            if (i > 0 && (field.indexOf('\t') >= 0 || field.indexOf('\n') >= 0)) {
                throw new IllegalArgumentException("A tab or a line end in " + field);
            }
            text.append(i == 0 ? "" : "\t").append(field);
        }
        text.append('\n');
    }

    /**
     * Reads it, and checks each file against its hash.
     *
     * @throws BackupException there is none, or something was changed or is missing
     */
    static Manifest readAndVerify(Path directory) throws IOException, BackupException {
        Manifest manifest = read(directory);
        for (Part part : manifest.parts()) {
            if (!part.partition().isEmpty()) {
                verify(directory, part.file(), part.sha256());
            }
        }
        for (Topic topic : manifest.topics()) {
            verify(directory, topic.file(), topic.sha256());
        }
        return manifest;
    }

    private static void verify(Path directory, String name, String sha256) throws IOException, BackupException {
        Path file = directory.resolve(name).normalize();
        if (!file.startsWith(directory.normalize())) {
            throw new BackupException(name + ": outside of the backup");
        }
        try {
            if (!Hashes.of(file).equals(sha256)) {
                throw new BackupException(file + ": isn't what was backed up (SHA-256)");
            }
        } catch (NoSuchFileException e) {
            throw new BackupException(file + ": missing");
        }
    }

    static Manifest read(Path directory) throws IOException, BackupException {
        Path file = directory.resolve(FILE);
        String text;
        try {
            text = Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new BackupException(directory + ": no backup, or one that never ended (no " + FILE + ")");
        }
        int last = text.lastIndexOf("\nend\t") + 1;
        if (!text.startsWith(FIRST + "\t")
                || last == 0
                || !text.substring(last)
                        .equals("end\t" + Hashes.of(text.substring(0, last).getBytes(StandardCharsets.UTF_8)) + "\n")) {
            throw new BackupException(file + ": of another version, changed or not whole");
        }
        return parse(text.substring(0, last));
    }

    private static Manifest parse(String text) {
        List<String[]> lines = Arrays.stream(text.split("\n"))
                .map(line -> line.split("\t", -1))
                .toList();
        List<Part> parts = new ArrayList<>();
        List<Topic> topics = new ArrayList<>();
        List<Position> positions = new ArrayList<>();
        List<Savepoint> savepoints = new ArrayList<>();
        for (String[] f : lines.subList(1, lines.size())) {
            switch (f[0]) {
                case "part" ->
                    parts.add(new Part(Integer.parseInt(f[1]), f[2], f[3], Long.parseLong(f[4]), f[5], f[6], f[7]));
                case "topic" -> topics.add(new Topic(f[1], Integer.parseInt(f[2]), Long.parseLong(f[3]), f[4], f[5]));
                case "position" ->
                    positions.add(new Position(f[1], f[2], Integer.parseInt(f[3]), Long.parseLong(f[4])));
                case "savepoint" -> savepoints.add(new Savepoint(f[1], Instant.parse(f[2])));
                default -> throw new IllegalArgumentException(FILE + ": unknown line " + f[0]);
            }
        }
        String[] first = lines.get(0);
        return new Manifest(Instant.parse(first[2]), Integer.parseInt(first[3]), parts, topics, positions, savepoints);
    }
}
